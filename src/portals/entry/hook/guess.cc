// Names are compared in any case, because Amazon writes Subject where others write subject.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/hook/guess.h"

#include <boost/json/object.hpp>
#include <span>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::hook {
namespace {

constexpr std::size_t kMessageRunesMax = 200;   // Of a body without anything to read.
constexpr std::size_t kMessageBytesMax = 1024;  // More than those.
constexpr int kInnerDepthMax = 2;               // How far inside words are looked for.
constexpr std::string_view kJsonSpaces = " \t\r\n";

using Names = std::span<const std::string_view>;
constexpr std::string_view kWords[] = {"message", "text",    "title",
                                       "subject", "summary", "description"};
// A description inside describes the thing, not what happened to it.
constexpr std::string_view kInnerWords[] = {"message", "text", "title", "subject", "summary"};
constexpr std::string_view kHappenings[] = {"event",    "action",     "event_name", "eventname",
                                            "eventkey", "event_type", "eventtype"};
constexpr std::string_view kLastNames[] = {"event", "action", "name"};
constexpr std::string_view kLinks[] = {"view_link", "html_url", "link", "permalink", "url"};

/// Some put a document into a member's text; nobody wants to read that.
bool is_document(std::string_view text) {
  return (text.starts_with('{') || text.starts_with('[')) && parse_json(text);
}

/// `name` is in lower case.
bool is_named(std::string_view key, std::string_view name) {
  return key.size() == name.size() && to_lower(key) == name;
}

std::string_view text_of(const boost::json::value& map, Names names) {
  if (!map.is_object()) return {};
  for (const std::string_view name : names)
    for (const auto& [key, value] : map.get_object()) {
      if (!value.is_string() || !is_named(key, name)) continue;
      const std::string_view text = trim(text_at(value, ""));
      if (!text.empty() && !is_document(text)) return text;
    }
  return {};
}

/// What is nearer to the top comes first.
std::string_view inner_text(const boost::json::value& map, int depth) {
  if (!map.is_object()) return {};
  for (const auto& [key, value] : map.get_object())
    if (const std::string_view text = text_of(value, kInnerWords); !text.empty()) return text;
  if (depth == 1) return {};
  for (const auto& [key, value] : map.get_object())
    if (const std::string_view text = inner_text(value, depth - 1); !text.empty()) return text;
  return {};
}

/// The start of JSON text without the spaces around its parts. Numbers keep their spelling.
std::string one_line(std::string_view json) {
  std::string out;
  bool is_text = false;
  for (std::size_t i = 0; i < json.size() && out.size() < kMessageBytesMax; ++i) {
    const char c = json[i];
    if (is_text || kJsonSpaces.find(c) == kJsonSpaces.npos) out += c;
    if (c == '"') is_text = !is_text;
    if (is_text && c == '\\' && ++i < json.size()) out += json[i];
  }
  return clip_runes(out, kMessageRunesMax);
}

}  // namespace

std::string guess_message(const boost::json::value& body, std::string_view json) {
  if (const std::string_view text = text_of(body, kWords); !text.empty()) return std::string(text);
  if (const std::string_view text = inner_text(body, kInnerDepthMax); !text.empty()) {
    const std::string_view happened = text_of(body, kHappenings);
    return std::string(happened) + (happened.empty() ? "" : ": ") + std::string(text);
  }
  if (const std::string_view text = text_of(body, kLastNames); !text.empty())
    return std::string(text);
  return body.is_structured() ? one_line(json) : any_text_at(body, "");
}

std::string_view guess_view_link(const boost::json::value& body) {
  for (const std::string_view name : kLinks) {
    const std::string_view link = text_of(body, Names(&name, 1));
    if (link.starts_with("https://") || link.starts_with("http://")) return link;
  }
  return {};
}

}  // namespace tt::portals::entry::hook
