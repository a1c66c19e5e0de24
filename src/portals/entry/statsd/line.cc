// The grammar of https://docs.datadoghq.com/extend/dogstatsd/datagram_shell, read leniently: what
// later versions append must not cost the event.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/statsd/line.h"

#include "base/text.h"
#include "base/utf8.h"

namespace tt::portals::entry::statsd {
namespace {

constexpr std::size_t kTagsMax = 256;

bool take(std::string_view& rest, std::string_view literal) {
  if (!rest.starts_with(literal)) return false;
  rest.remove_prefix(literal.size());
  return true;
}

std::optional<std::uint64_t> take_number(std::string_view& rest) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto value = parse_u64(rest.substr(0, digits));
  rest.remove_prefix(digits);
  return value;
}

/// Up to the next `|`, which is taken too.
std::string_view take_field(std::string_view& rest) {
  const std::size_t end = rest.find('|');
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return field;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    (out += text.substr(0, at)) += to;
    text.remove_prefix(at + from.size());
  }
  return out += text;
}

/// Clients escape line breaks only, as `\n`: github.com/DataDog/datadog-go, statsd/format.go.
std::string unescaped(std::string_view text) { return replaced(text, "\\n", "\n"); }

void read_tags(std::string_view text, Extras& extras) {
  for (const std::string_view tag : split(text, ',')) {
    if (extras.tags.size() == kTagsMax) return void((extras.unknown += ',') += tag);
    if (!tag.empty()) extras.tags.push_back(tag);
  }
}

struct TextExtra {
  std::string_view mark;
  std::string_view Extras::*member;
};
constexpr TextExtra kTextExtras[] = {
    {"h:", &Extras::host},   {"k:", &Extras::key},        {"p:", &Extras::priority},
    {"s:", &Extras::origin}, {"t:", &Extras::alert_type}, {"c:", &Extras::container},
};

bool read_extra(std::string_view field, Extras& extras) {
  if (take(field, "#")) {
    read_tags(field, extras);
    return true;
  }
  if (field.starts_with("d:")) {
    extras.time = parse_i64(field.substr(2));
    return extras.time.has_value();
  }
  for (const TextExtra& one : kTextExtras) {
    if (!field.starts_with(one.mark)) continue;
    extras.*one.member = field.substr(one.mark.size());
    return true;
  }
  return false;
}

Extras read_extras(std::string_view rest) {
  Extras extras;
  bool has_message = false;
  while (!rest.empty()) {
    const std::string_view field = take_field(rest);
    if (field.starts_with("m:") && !has_message) {
      extras.message = field.substr(2);
      has_message = true;
    } else if (!read_extra(field, extras)) {
      // The message comes last, so a bar that nothing known follows is part of it.
      std::string& where = has_message ? extras.message : extras.unknown;
      if (has_message || !where.empty()) where += '|';
      where += field;
    }
  }
  // An `m:` inside of a message is written `m\:`.
  extras.message = unescaped(replaced(extras.message, "m\\:", "m:"));
  return extras;
}

/// What the two lengths of an event count. The protocol says bytes; programs send what their
/// language calls the length of a text: hot-shots UTF-16 units, others code points.
enum class Unit { kByte, kUtf16, kRune };

/// The first `length` units of `rest`, which are taken; nothing when they do not end there.
std::optional<std::string_view> take_units(std::string_view& rest, std::uint64_t length,
                                           Unit unit) {
  std::size_t end = 0;
  std::uint64_t units = 0;
  while (units < length && end < rest.size()) {
    if (unit == Unit::kByte)
      units = end = std::min<std::uint64_t>(length, rest.size());
    else
      units += next_rune(rest, end) > 0xffff && unit == Unit::kUtf16 ? 2 : 1;
  }
  if (units != length) return std::nullopt;
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end);
  return text;
}

/// `<title>|<text>|...`, where the lengths fit.
std::optional<Event> read_texts(std::string_view rest, std::uint64_t title_length,
                                std::uint64_t text_length, Unit unit) {
  const auto title = take_units(rest, title_length, unit);
  if (!title || !take(rest, "|")) return std::nullopt;
  const auto text = take_units(rest, text_length, unit);
  if (!text || (!rest.empty() && !take(rest, "|"))) return std::nullopt;
  return Event{unescaped(*title), unescaped(*text), read_extras(rest)};
}

}  // namespace

std::optional<Event> read_event(std::string_view line) {
  if (!take(line, "_e{")) return std::nullopt;
  const auto title_length = take_number(line);
  if (!title_length || !take(line, ",")) return std::nullopt;
  const auto text_length = take_number(line);
  if (!text_length || !take(line, "}:")) return std::nullopt;
  for (const Unit unit : {Unit::kByte, Unit::kUtf16, Unit::kRune}) {
    auto event = read_texts(line, *title_length, *text_length, unit);
    if (event && !(trim(event->title).empty() && trim(event->text).empty())) return event;
  }
  return std::nullopt;
}

std::optional<ServiceCheck> read_check(std::string_view line) {
  if (!take(line, "_sc|")) return std::nullopt;
  ServiceCheck check;
  check.name = take_field(line);
  const auto status = parse_u64(take_field(line));
  if (trim(check.name).empty() || !status || *status > 3) return std::nullopt;
  check.status = static_cast<int>(*status);
  check.extras = read_extras(line);
  return check;
}

}  // namespace tt::portals::entry::statsd
