// Three tries: as it came, cut to fit, and at last without the sender's own fields.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/hook_event.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/result.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/json.h"
#include "portals/kit/shrink.h"

namespace tt::portals {
namespace {

constexpr std::string_view kRawPrefix = "raw";
constexpr std::size_t kFieldBytesMax = 64u << 10;  // A named field of an event that was too large.
constexpr std::size_t kShortTextBytesMax = 1024;   // When even that was too much.
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kShortPartsMax = 100;

Status try_write(event::EventBatch& batch, const HookEvent& event, std::string_view raw_json,
                 const DecodeContext& context, WallNs now_ns) {
  event::EventWriter writer(batch, context.limits);
  writer.begin();
  for (const HookEvent::Part& part : event.parts()) {
    if (part.is_json)
      writer.set_raw(part.name, part.value);
    else
      writer.set_text(part.name, part.value);
  }
  if (!raw_json.empty()) {
    if (Status flat = writer.set_flattened(kRawPrefix, raw_json); !flat) {
      writer.abandon();
      return flat;
    }
  }
  return writer.finish(now_ns);
}

/// The same fields with everything that a writer may refuse mended.
HookEvent mended(const HookEvent& event, std::size_t text_bytes_max, bool& was_cut) {
  HookEvent good;
  std::string kind, message;
  for (const HookEvent::Part& part : event.parts()) {
    if (part.name.size() > kNameBytesMax || good.parts().size() >= kShortPartsMax) {
      was_cut = true;
      continue;
    }
    const std::string name = to_utf8(part.name);
    if (part.is_json) {
      if (part.value.size() <= text_bytes_max)
        good.json(name, part.value);
      else
        was_cut = true;
      continue;
    }
    std::string value = to_utf8(part.value);
    if (value.size() > text_bytes_max) {
      value = std::string(clip_bytes(value, text_bytes_max)) + "…";
      was_cut = true;
    }
    if (name == "timestamp" && !parse_time(value)) continue;
    if (name == "kind") kind = value;
    if (name == "message") message = value;
    good.text(name, value);
  }
  if (message.empty()) good.text("message", kind.empty() ? "event without a message" : kind);
  return good;
}

std::string shrunk(std::string_view raw_json, const HookEvent& event, const DecodeContext& context,
                   bool& was_cut) {
  // Deeper than an event may be: the parser must get through before the walk can cut.
  const auto parsed = parse_json(mend_json(raw_json), nullptr, 512);
  if (!parsed) {
    was_cut = true;
    return "";
  }
  std::size_t used = 256;
  for (const HookEvent::Part& part : event.parts())
    used += json_text(boost::json::value(part.value)).size() + part.name.size() + 8;
  const event::Limits& limits = context.limits;
  const std::size_t fields = event.parts().size() + 4;
  boost::json::value value = *parsed;
  was_cut |=
      shrink_json(value, kRawPrefix.size(),
                  {.bytes_max = limits.event_bytes_max > used ? limits.event_bytes_max - used : 0,
                   .fields_max = limits.fields_max > fields ? limits.fields_max - fields : 0,
                   // `raw` is one level itself.
                   .depth_max = limits.depth_max > 2 ? limits.depth_max - 2 : 0});
  return json_text(value);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The value of `\uXXXX` at the start of `text`, or -1.
int unit_at(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  for (int i = 2; i < 6; ++i) {
    const int digit = hex_digit(text[static_cast<std::size_t>(i)]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

}  // namespace

HookEvent& HookEvent::text(std::string_view name, std::string_view value) {
  return value.empty() ? *this : set(name, value, false);
}

HookEvent& HookEvent::json(std::string_view name, std::string_view value) {
  return set(name, value, true);
}

HookEvent& HookEvent::set(std::string_view name, std::string_view value, bool is_json) {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const Part& part) { return part.name == name; });
  Part& part = found == parts_.end() ? parts_.emplace_back() : *found;
  part = {std::string(name), std::string(value), is_json};
  return *this;
}

std::string mend_json(std::string_view json) {
  const std::string clean = to_utf8(json);
  std::string out;
  out.reserve(clean.size());
  std::string_view rest = clean;
  while (!rest.empty()) {
    const std::size_t escape = std::min(rest.find('\\'), rest.size());
    out += rest.substr(0, escape);
    rest.remove_prefix(escape);
    if (rest.empty()) break;
    const int unit = unit_at(rest);
    const bool is_high = unit >= 0xd800 && unit <= 0xdbff;
    const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    std::size_t length = unit >= 0 ? 6 : std::min<std::size_t>(2, rest.size());
    if (is_high) {
      const int next = unit_at(rest.substr(6));
      if (next >= 0xdc00 && next <= 0xdfff) {
        length = 12;
        out += rest.substr(0, length);
      } else {
        out += "\\ufffd";
      }
    } else if (is_low) {
      out += "\\ufffd";
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return out;
}

void add_hook_event(event::EventBatch& batch, const HookEvent& event, std::string_view raw_json,
                    const DecodeContext& context, WallNs now_ns) {
  if (context.raw == Raw::kDrop) raw_json = {};
  const bool has_message = std::any_of(event.parts().begin(), event.parts().end(),
                                       [](const auto& part) { return part.name == "message"; });
  if (has_message && try_write(batch, event, raw_json, context, now_ns)) return;

  bool was_cut = false;
  HookEvent good = mended(event, kFieldBytesMax, was_cut);
  const std::string raw = raw_json.empty() ? "" : shrunk(raw_json, good, context, was_cut);
  if (was_cut) good.json("truncated", "true");
  if (try_write(batch, good, raw, context, now_ns)) return;

  HookEvent small = mended(event, kShortTextBytesMax, was_cut);
  small.json("truncated", "true");
  if (try_write(batch, small, "", context, now_ns)) return;

  // Only a wrong value of the portal's own JSON parts can lead here: texts alone always fit.
  HookEvent bare;
  for (const HookEvent::Part& part : small.parts())
    if (!part.is_json) bare.text(part.name, part.value);
  const Status written = try_write(batch, bare.json("truncated", "true"), "", context, now_ns);
  TT_ASSERT(written.ok());
}

}  // namespace tt::portals
