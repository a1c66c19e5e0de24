// Escape sequences as the language definition lists them.
// SPDX-License-Identifier: Apache-2.0
#include "cel/escapes.h"

#include <cstdint>
#include <optional>

#include "base/utf8.h"

namespace tt::cel {
namespace {

std::optional<char> simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return std::nullopt;
  }
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return 99;
}

std::optional<std::uint32_t> digits(std::string_view text, std::size_t count, int base) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digit_of(text[i]);
    if (digit >= base) return std::nullopt;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  return value;
}

struct Form {
  std::size_t count = 0;
  int base = 16;
  bool prefixed = true;  ///< A letter stands before the digits.
};

std::optional<Form> form_of(char c, bool bytes) {
  if (c == 'x' || c == 'X') return Form{2};
  if (c == 'u' && !bytes) return Form{4};
  if (c == 'U' && !bytes) return Form{8};
  if (c >= '0' && c <= '3') return Form{3, 8, false};
  return std::nullopt;
}

}  // namespace

Unescaped unescape(std::string_view body, bool bytes) {
  Unescaped result;
  for (std::size_t i = 0; i < body.size();) {
    if (body[i] != '\\') {
      result.text += body[i++];
      continue;
    }
    const auto fail = [&](const char* why) {
      result.problem = why;
      result.position = i;
      return result;
    };
    if (i + 1 >= body.size()) return fail("a lone backslash at the end of the text");
    const char c = body[i + 1];
    if (const auto plain = simple_escape(c)) {
      result.text += *plain;
      i += 2;
      continue;
    }
    const auto form = form_of(c, bytes);
    if (!form) return fail("unknown escape; write \\\\ for a backslash, or r'...' for a raw text");
    const std::size_t skip = form->prefixed ? 2 : 1;
    const auto value = digits(body.substr(i + skip), form->count, form->base);
    if (!value) return fail("an escape with too few digits");
    i += skip + form->count;
    if (bytes) {
      result.text += static_cast<char>(*value);
    } else if (*value > 0x10ffff || (*value >= 0xd800 && *value < 0xe000)) {
      i -= skip + form->count;
      return fail("an escape that is no Unicode character");
    } else {
      append_rune(result.text, *value);
    }
  }
  return result;
}

}  // namespace tt::cel
