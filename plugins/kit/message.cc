// Names that loggers use, and the ones that events have.
// SPDX-License-Identifier: Apache-2.0
#include "kit/message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <utility>

#include "base/json_split.h"
#include "base/severity.h"
#include "kit/text.h"
#include "portals/kit/log_names.h"

namespace tt::broker {
namespace {

using Members = std::vector<RawMember>;
using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::string_view, 7> kNamed{"timestamp", "kind",      "message", "source",
                                                 "severity",  "view_link", "ack_link"};
// Logstash's format 0 and 1: https://github.com/python-beaver/python-beaver, base_transport.py.
constexpr std::array<Word, 6> kOtherNames{{{"@timestamp", "timestamp"},
                                           {"@message", "message"},
                                           {"@source_host", "host"},
                                           {"@source", "source"},
                                           {"@type", "type"},
                                           {"@tags", "tags"}}};
// Of senders that are no loggers: these come after portals::kLogMessageNames.
constexpr std::array<std::string_view, 7> kMessageNames{
    "short_message", "text", "title", "summary", "description", "event", "error"};

bool is_one_of(const auto& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}
bool is_text(std::string_view value) { return value.starts_with('"'); }
bool is_nested(std::string_view value) { return value.starts_with('{') || value.starts_with('['); }
bool is_nothing(std::string_view value) {
  return value.empty() || value == "null" || value == "\"\"";
}

/// Writes an object of parts that are JSON already.
class Fields {
 public:
  void add(std::string_view name, std::string_view json) {
    out_ += out_.size() > 1 ? ",\"" : "\"";
    ((out_ += name) += "\":") += json;
  }
  void add_text(std::string_view name, std::string_view text) { add(name, json_string(text)); }
  void add(const std::vector<Fact>& facts) {
    for (const Fact& fact : facts) {
      const std::string name = json_string(fact.name);
      add(std::string_view(name).substr(1, name.size() - 2), fact.json);
    }
  }
  std::string take() { return std::move(out_) + "}"; }

 private:
  std::string out_ = "{";
};

std::string_view event_name(std::string_view name, const Members& members) {
  for (const auto& [other, ours] : kOtherNames)
    if (name == other && find_member(members, ours).empty()) return ours;
  return name;
}

/// A field that must be a text. False: it is none, and stands elsewhere or nowhere.
bool add_named(Fields& out, std::string_view name, std::string_view value) {
  if (is_nothing(value)) return false;
  if (is_nested(value)) {
    out.add("raw." + std::string(name), value);
    return false;
  }
  std::string text = json_text(value);
  if (name == "timestamp") {
    const std::string time = timestamp_of(text);
    if (time.empty()) {
      out.add("raw.timestamp", value);
      return false;
    }
    text = time;
  }
  if (name == "severity")
    if (const std::string_view word = normalise_severity(text); !word.empty()) text = word;
  // What is a text already keeps its spelling.
  if (is_text(value) && text == json_text(value))
    out.add(name, value);
  else
    out.add_text(name, text);
  return !text.empty();
}

std::string_view level_in(const Members& members) {
  const bool is_gelf = !find_member(members, "short_message").empty();
  for (const std::string_view name : portals::kLogSeverityNames) {
    const std::string_view value = find_member(members, name);
    // Only GELF's numbers are those of syslog.
    if (!is_text(value) && !is_gelf) continue;
    if (const std::string_view word = normalise_severity(json_text(value)); !word.empty())
      return word;
  }
  return {};
}

void add_message(Fields& out, const Members& members, std::string_view body) {
  for (const auto names : {std::span<const std::string_view>(portals::kLogMessageNames),
                           std::span<const std::string_view>(kMessageNames)})
    for (const std::string_view name : names)
      if (const std::string_view value = find_member(members, name);
          is_text(value) && !is_nothing(value))
        return out.add("message", value);
  out.add_text("message", headline(body));
}

void add_time(Fields& out, std::int64_t time_ms) {
  if (time_ms > 0) out.add_text("timestamp", timestamp_of(std::to_string(time_ms)));
}

std::string event_of_members(const Message& message, const Members& members,
                             std::string_view system, std::string_view body) {
  Fields out;
  std::vector<std::string_view> present;
  for (const RawMember& member : members) {
    const std::string_view name = event_name(member.name, members);
    if (!is_one_of(kNamed, name))
      out.add(name, member.value);
    else if (add_named(out, name, member.value))
      present.push_back(name);
  }
  if (!is_one_of(present, "message")) add_message(out, members, body);
  if (!is_one_of(present, "timestamp")) add_time(out, message.time_ms);
  if (!is_one_of(present, "kind")) out.add_text("kind", "urn:" + std::string(system) + ":message");
  if (const std::string_view level = level_in(members);
      !level.empty() && !is_one_of(present, "severity"))
    out.add_text("severity", level);
  out.add(message.facts);
  return out.take();
}

std::string event_of_text(const Message& message, std::string_view system, std::string_view body) {
  Fields out;
  out.add_text("message", body.empty() ? "an empty message" : body);
  add_time(out, message.time_ms);
  out.add_text("kind", "urn:" + std::string(system) + ":message");
  out.add(message.facts);
  return out.take();
}

bool begins_as_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[i];
    const bool fits = kShape[i] == '0'   ? c >= '0' && c <= '9'
                      : kShape[i] == ' ' ? c == ' ' || c == 'T' || c == 't'
                                         : c == kShape[i];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

std::string event_of(const Message& message, std::string_view system) {
  const std::string mended = mend_utf8(trim(message.body));
  if (const auto members = split_object(mended))
    return event_of_members(message, *members, system, mended);
  return event_of_text(message, system, mended);
}

std::string unknown_event(const Message& message, std::string_view system,
                          std::size_t raw_bytes_max) {
  const std::string text = mend_utf8(trim(message.body));
  const std::string_view raw = cut_utf8(text, raw_bytes_max);
  Fields out;
  out.add_text("message", text.empty() ? "an empty message" : headline(text));
  add_time(out, message.time_ms);
  out.add_text("kind", "urn:" + std::string(system) + ":unknown");
  if (!raw.empty()) out.add_text("raw", raw);
  if (raw.size() < text.size()) out.add("truncated", "true");
  out.add(message.facts);
  return out.take();
}

std::string timestamp_of(std::string_view text) {
  std::string owned(text);
  if (begins_as_time(text)) {
    std::replace(owned.begin(), owned.end(), ',', '.');  // Python's asctime.
    return owned;
  }
  char* end = nullptr;
  double number = std::strtod(owned.c_str(), &end);
  if (owned.empty() || *end != '\0' || !std::isfinite(number)) return {};
  // The year 5138 in seconds is 1973 in milliseconds, and so on.
  while (number > 1e11) number /= 1000;
  if (number < 1) return {};
  const auto seconds = static_cast<std::time_t>(number);
  const auto micros = static_cast<int>(
      std::min(999'999L, std::lround((number - static_cast<double>(seconds)) * 1e6)));
  std::tm parts{};
  if (!gmtime_r(&seconds, &parts)) return {};
  std::array<char, 40> out{};
  const std::size_t size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(out.data() + size, out.size() - size, ".%06dZ", micros);
  return out.data();
}

}  // namespace tt::broker
