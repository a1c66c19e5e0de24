// Two ways to read a line: as pairs, and by a pattern.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/lines/line_fields.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::portals::entry::lines {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool ends_name(char c) { return is_space(c) || c == '=' || c == '"'; }

std::optional<unsigned> take_hex(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  unsigned unit = 0;
  for (const char c : rest.substr(0, 4)) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(to_lower({&c, 1}));
    if (digit == std::string_view::npos) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  rest.remove_prefix(4);
  return unit;
}

/// `\uXXXX`, of which two make a character beyond the first plane. Half of one becomes U+FFFD.
bool take_unit(std::string_view& rest, std::string& text) {
  const auto unit = take_hex(rest);
  if (!unit) return false;
  std::uint32_t rune = *unit;
  if (rune >= 0xd800 && rune < 0xdc00 && rest.starts_with("\\u")) {
    std::string_view behind = rest.substr(2);
    const auto low = take_hex(behind);
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      rune = 0x10000 + ((rune - 0xd800) << 10) + (*low - 0xdc00);
      rest = behind;
    }
  }
  append_rune(text, rune);
  return true;
}

/// Behind the opening quote, up to and with the closing one. What no escape is stays as it is.
bool take_quoted(std::string_view& rest, std::string& text) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return true;
    if (c != '\\' || rest.empty()) {
      text += c;
      continue;
    }
    const char escape = rest.front();
    rest.remove_prefix(1);
    constexpr std::string_view kEscapes = "\"\\/nrtbf", kMeant = "\"\\/\n\r\t\b\f";
    const std::size_t known = kEscapes.find(escape);
    if (known != std::string_view::npos)
      text += kMeant[known];
    else if (escape != 'u' || !take_unit(rest, text))
      (text += '\\') += escape;
  }
  return false;
}

/// False when this is no logfmt.
bool take_pair(std::string_view& rest, LineField& field) {
  const std::size_t end =
      static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), ends_name) - rest.begin());
  if (end == 0) return false;
  field.name = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!rest.starts_with('=')) {
    field.is_bare = true;
    return !rest.starts_with('"');
  }
  rest.remove_prefix(1);
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return take_quoted(rest, field.text) && (rest.empty() || is_space(rest.front()));
  }
  const std::size_t value_end =
      static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), is_space) - rest.begin());
  field.text = rest.substr(0, value_end);
  rest.remove_prefix(value_end);
  return true;
}

}  // namespace

std::optional<LineFields> read_logfmt(std::string_view line) {
  LineFields fields;
  for (std::string_view rest = trim(line); !rest.empty();) {
    LineField field;
    if (!take_pair(rest, field)) return std::nullopt;
    // A sentence is not a list of names.
    if (fields.all.empty() && field.is_bare) return std::nullopt;
    if (fields.all.size() == kLineFieldsMax) {
      fields.is_cut = true;
      break;
    }
    fields.all.push_back(std::move(field));
    rest.remove_prefix(static_cast<std::size_t>(
        std::find_if_not(rest.begin(), rest.end(), is_space) - rest.begin()));
  }
  if (fields.all.empty()) return std::nullopt;
  return fields;
}

std::optional<LineFields> read_groups(std::string_view line, const Pattern& pattern) {
  std::vector<re2::StringPiece> found(pattern.groups.size() + 1);
  const re2::StringPiece piece(line.data(), line.size());
  if (!pattern.compiled->Match(piece, 0, line.size(), re2::RE2::UNANCHORED, found.data(),
                               static_cast<int>(found.size())))
    return std::nullopt;
  LineFields fields;
  for (std::size_t i = 0; i < pattern.groups.size(); ++i) {
    const re2::StringPiece& group = found[i + 1];
    if (pattern.groups[i].empty() || group.empty()) continue;
    fields.all.push_back({pattern.groups[i], std::string(group.data(), group.size())});
  }
  return fields;
}

}  // namespace tt::portals::entry::lines
