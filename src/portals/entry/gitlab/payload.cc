// Readers over one hook, and the words that its messages are made of.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/gitlab/payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {

constexpr std::size_t kHeadlineRunesMax = 120;

std::string Payload::at(std::string_view path) const { return any_text_at(body_, path); }

std::string Payload::first(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths)
    if (std::string text = at(path); !text.empty()) return text;
  return {};
}

std::int64_t Payload::number(std::string_view path) const { return int_at(body_, path); }
bool Payload::flag(std::string_view path) const { return bool_at(body_, path); }
bool Payload::has(std::string_view path) const { return find_at(body_, path) != nullptr; }

std::size_t Payload::count(std::string_view list_path) const {
  const boost::json::array* list = list_at(body_, list_path);
  return list ? list->size() : 0;
}

std::string Payload::actor_name() const {
  std::string name = first({"user.name", "user_name", "user.username", "user_username"});
  return name.empty() ? "Someone" : name;
}

std::string Payload::actor() const {
  return first({"user.username", "user_username", "user.name", "user_name"});
}

std::string Payload::project() const {
  return first({"project.path_with_namespace", "path_with_namespace", "project_path_with_namespace",
                "project.name", "project_name", "repository.name"});
}

std::string Payload::project_url() const {
  return first({"project.web_url", "project.homepage", "repository.homepage"});
}

std::string Payload::in_project() const {
  const std::string name = project();
  return name.empty() ? "" : " in " + name;
}

std::string iso_time(std::string_view text) {
  std::string time(trim(text));
  if (time.ends_with(" UTC")) return time.substr(0, time.size() - 4) + "Z";
  // 2023-11-14 13:22:09 +0100
  const std::size_t n = time.size();
  if (n > 6 && time[n - 6] == ' ' && (time[n - 5] == '+' || time[n - 5] == '-'))
    return time.substr(0, n - 6) + time.substr(n - 5, 3) + ":" + time.substr(n - 2);
  return time;
}

std::string_view short_ref(std::string_view ref) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
    if (ref.starts_with(prefix)) return ref.substr(prefix.size());
  return ref;
}

std::string headline(std::string_view text) {
  text = trim(text);
  return clip_runes(trim(text.substr(0, text.find('\n'))), kHeadlineRunesMax);
}

std::string quoted(std::string_view text) {
  const std::string line = headline(text);
  return line.empty() ? "" : " \"" + line + "\"";
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole <= 0) return {};
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return whole % 60 ? fmt::format("{} min {} s", whole / 60, whole % 60)
                                      : fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string counted(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string past_tense(std::string_view action) {
  if (action.empty()) return {};
  if (action.ends_with("ed")) return std::string(action);
  if (action.ends_with("e")) return std::string(action) + "d";
  return std::string(action) + "ed";
}

std::string kind_word(std::string_view text) {
  std::string word = to_lower(trim(text));
  for (char& c : word)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) c = '_';
  return word;
}

}  // namespace tt::portals::entry::gitlab
