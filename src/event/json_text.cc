// Numbers, escapes and white space of JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "event/json_text.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::event {
namespace {

const char* skip_digits(const char* p, const char* end) {
  while (p != end && is_digit(*p)) ++p;
  return p;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits after `\u`; nothing when they are not there.
std::optional<std::uint32_t> hex_unit(std::string_view text, std::size_t position) {
  if (text.size() < position + 4) return std::nullopt;
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_value(text[position + i]);
    if (digit < 0) return std::nullopt;
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return unit;
}

struct Escape {
  std::size_t bytes = 0;  // 0: not an escape of JSON.
  std::uint32_t rune = 0;
  bool is_lone = false;
};

bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

Escape read_unicode_escape(std::string_view text, std::size_t position) {
  const auto unit = hex_unit(text, position + 2);
  if (!unit) return {};
  if (!is_high(*unit)) return {6, *unit, is_low(*unit)};
  if (text.substr(position + 6, 2) == "\\u") {
    const auto low = hex_unit(text, position + 8);
    if (low && is_low(*low)) {
      return {12, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), false};
    }
  }
  return {6, *unit, true};
}

// `position` is that of a backslash.
Escape read_escape(std::string_view text, std::size_t position) {
  if (position + 1 >= text.size()) return {};
  switch (text[position + 1]) {
    case '"':
    case '\\':
    case '/':
      return {2, static_cast<unsigned char>(text[position + 1])};
    case 'b':
      return {2, '\b'};
    case 'f':
      return {2, '\f'};
    case 'n':
      return {2, '\n'};
    case 'r':
      return {2, '\r'};
    case 't':
      return {2, '\t'};
    case 'u':
      return read_unicode_escape(text, position);
    default:
      return {};
  }
}

}  // namespace

bool is_number(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p != end && *p == '-') ++p;
  if (p == end || !is_digit(*p)) return false;
  p = *p == '0' ? p + 1 : skip_digits(p, end);
  if (p != end && *p == '.') {
    const char* const digits = ++p;
    p = skip_digits(p, end);
    if (p == digits) return false;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p != end && (*p == '+' || *p == '-')) ++p;
    const char* const digits = p;
    p = skip_digits(p, end);
    if (p == digits) return false;
  }
  return p == end;
}

FieldType type_of_first(char first) {
  switch (first) {
    case '{':
      return FieldType::kObject;
    case '[':
      return FieldType::kArray;
    case '"':
      return FieldType::kString;
    case 't':
      return FieldType::kTrue;
    case 'f':
      return FieldType::kFalse;
    case 'n':
      return FieldType::kNull;
    default:
      return FieldType::kNumber;
  }
}

std::optional<FieldType> type_of_word(std::string_view word) {
  const FieldType type = word.empty() ? FieldType::kNumber : type_of_first(word.front());
  const bool is_good = type == FieldType::kTrue    ? word == "true"
                       : type == FieldType::kFalse ? word == "false"
                       : type == FieldType::kNull  ? word == "null"
                                                   : is_number(word);
  return is_good ? std::optional(type) : std::nullopt;
}

Escapes check_escapes(std::string_view inside) {
  Escapes found = Escapes::kGood;
  for (std::size_t p = inside.find('\\'); p != inside.npos; p = inside.find('\\', p)) {
    const Escape escape = read_escape(inside, p);
    if (escape.bytes == 0) return Escapes::kBad;
    if (escape.is_lone) found = Escapes::kLoneSurrogate;
    p += escape.bytes;
  }
  return found;
}

std::string unescape(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  std::size_t done = 0;
  for (std::size_t p = inside.find('\\'); p != inside.npos; p = inside.find('\\', p)) {
    const Escape escape = read_escape(inside, p);
    if (escape.bytes == 0) {
      ++p;
      continue;
    }
    out.append(inside, done, p - done);
    append_rune(out, escape.rune);
    p += escape.bytes;
    done = p;
  }
  return out.append(inside, done);
}

void append_compact(std::string& out, std::string_view json) {
  bool is_inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!is_inside && is_space(c)) continue;
    out.push_back(c);
    if (c == '"') is_inside = !is_inside;
    if (c == '\\' && i + 1 < json.size()) out.push_back(json[++i]);
  }
}

std::string_view describe(FieldType type) {
  constexpr std::array<std::string_view, 7> kTexts{"null",     "false",    "true",     "a number",
                                                   "a string", "an array", "an object"};
  return kTexts[static_cast<std::size_t>(type)];
}

}  // namespace tt::event
