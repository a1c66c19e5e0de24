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

namespace {

constexpr std::string_view kGroupPages = "groups/";

}  // namespace

Payload::Payload(const boost::json::value& body, std::string_view instance)
    : body_(body), instance_(trim(instance)) {
  while (instance_.ends_with('/')) instance_.remove_suffix(1);
}

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

std::string Payload::by_actor() const {
  const std::string name = first({"user.name", "user_name", "user.username", "user_username"});
  return name.empty() ? "" : " by " + name;
}

std::string_view Payload::path_below(std::string_view url) const {
  if (!instance_.empty() && url.starts_with(instance_)) {
    url.remove_prefix(instance_.size());
  } else {
    const std::size_t host = url.find("://");
    if (host == std::string_view::npos) return {};
    url.remove_prefix(std::min(url.find('/', host + 3), url.size()));
  }
  while (url.starts_with('/')) url.remove_prefix(1);
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

std::string Payload::project() const {
  const std::string path =
      first({"project.path_with_namespace", "path_with_namespace", "project_path_with_namespace"});
  if (!path.empty()) return path;
  // Job hooks have a display name only, some others nothing but the address of their own page.
  const std::string url = project_url();
  if (const std::string_view from_page = path_below(url); !from_page.empty())
    return std::string(from_page);
  return first({"project.name", "project_name", "repository.name"});
}

std::string Payload::project_url() const {
  const std::string url = first({"project.web_url", "project.homepage", "repository.homepage"});
  if (!url.empty()) return url;
  const std::string page = at("object_attributes.url");
  const std::size_t cut = page.find("/-/");
  if (cut == std::string::npos || path_below(page).starts_with(kGroupPages)) return {};
  return page.substr(0, cut);
}

std::string Payload::group() const {
  const std::string path =
      first({"full_path", "group_path", "group.full_path", "group.group_path"});
  if (!path.empty()) return path;
  const std::string page = at("object_attributes.url");
  std::string_view below = path_below(page);
  if (!below.starts_with(kGroupPages)) return {};
  below.remove_prefix(kGroupPages.size());
  return std::string(below.substr(0, below.find("/-/")));
}

std::string Payload::in_project() const {
  if (const std::string name = project(); !name.empty()) return " in " + name;
  const std::string name = group();
  return name.empty() ? "" : " in group " + name;
}

std::string Payload::page_of(std::string_view path) const {
  if (instance_.empty() || path.empty()) return {};
  return std::string(instance_) + "/" + std::string(path);
}

std::string iso_time(std::string_view text) {
  std::string time(trim(text));
  if (time.ends_with(" UTC")) time.replace(time.size() - 4, 4, "Z");
  // 2023-11-14 13:22:09 +0100
  const std::size_t n = time.size();
  if (n > 6 && time[n - 6] == ' ' && (time[n - 5] == '+' || time[n - 5] == '-'))
    time = time.substr(0, n - 6) + time.substr(n - 5, 3) + ":" + time.substr(n - 2);
  if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
  return time;
}

std::string url_ref(std::string_view ref) {
  std::string path;
  for (const std::string_view part : split(short_ref(ref), '/'))
    path += (path.empty() ? "" : "/") + percent_encode(part);
  return path;
}

std::string quoted(std::string_view text) {
  const std::string words = in_quotes(text);
  return words.empty() ? "" : " " + words;
}

std::string past_tense(std::string_view action) {
  if (action.empty()) return {};
  if (action.ends_with("ed")) return std::string(action);
  if (action.ends_with("e")) return std::string(action) + "d";
  return std::string(action) + "ed";
}

std::string kind_of(std::string_view object, std::string_view what) {
  const std::string word = kind_word(what);
  return fmt::format("urn:gitlab:{}{}{}", object, word.empty() ? "" : ":", word);
}

}  // namespace tt::portals::entry::gitlab
