// Clauses of format().
// SPDX-License-Identifier: Apache-2.0
#include "cel/format.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <optional>

#include "base/digest.h"
#include "cel/limits.h"
#include "cel/operators.h"
#include "cel/text_forms.h"

namespace tt::cel {
namespace {

constexpr int kPrecisionMax = 100;

void append_text(std::string& out, const Value& value, int depth);

void append_list(std::string& out, const std::vector<Value>& elements, int depth) {
  out += '[';
  for (std::size_t i = 0; i < elements.size() && out.size() <= kStringBytesMax; ++i) {
    if (i > 0) out += ", ";
    append_text(out, elements[i], depth + 1);
  }
  out += ']';
}

void append_map(std::string& out, const Map& map, int depth) {
  std::vector<std::pair<std::string, const Value*>> sorted;
  for (const auto& [key, value] : map.entries()) sorted.emplace_back(display(key), &value);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  out += '{';
  for (std::size_t i = 0; i < sorted.size() && out.size() <= kStringBytesMax; ++i) {
    if (i > 0) out += ", ";
    out += sorted[i].first + ": ";
    append_text(out, *sorted[i].second, depth + 1);
  }
  out += '}';
}

/// `%s`: like a template hole, but null, bytes, lists and maps are spelled out.
void append_text(std::string& out, const Value& value, int depth) {
  // Shared parts can make a small value's text endless.
  if (depth > kValueDepthMax || out.size() > kStringBytesMax) return;
  switch (value.kind()) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBytes:
      out += value.as_bytes();
      return;
    case Kind::kList:
      append_list(out, value.as_list(), depth);
      return;
    case Kind::kMap:
      append_map(out, value.as_map(), depth);
      return;
    default:
      out += display(value);
  }
}

std::string digits_of(std::uint64_t number, unsigned base) {
  std::string digits;
  do {
    digits += "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// Digits of an int or uint (of a bool too in base 2); nothing for other values.
std::optional<std::string> integer(const Value& value, unsigned base) {
  if (value.is(Kind::kUint)) return digits_of(value.as_uint(), base);
  if (value.is(Kind::kBool) && base == 2) return std::string(value.as_bool() ? "1" : "0");
  if (!value.is(Kind::kInt)) return std::nullopt;
  const std::int64_t number = value.as_int();
  if (number >= 0) return digits_of(static_cast<std::uint64_t>(number), base);
  return "-" + digits_of(~static_cast<std::uint64_t>(number) + 1, base);
}

std::optional<std::string> real(const Value& value, char clause, int precision) {
  double number = 0;
  switch (value.kind()) {
    case Kind::kDouble:
      number = value.as_double();
      break;
    case Kind::kInt:
      number = static_cast<double>(value.as_int());
      break;
    case Kind::kUint:
      number = static_cast<double>(value.as_uint());
      break;
    default:
      return std::nullopt;
  }
  if (!std::isfinite(number)) return format_double(number);
  char text[512];
  const int length = clause == 'e' ? std::snprintf(text, sizeof text, "%.*e", precision, number)
                                   : std::snprintf(text, sizeof text, "%.*f", precision, number);
  return std::string(text, static_cast<std::size_t>(length));
}

std::optional<std::string> hexadecimal(const Value& value, bool upper) {
  std::optional<std::string> text;
  if (value.is_string()) {
    text = hex(value.as_string());
  } else if (value.is(Kind::kBytes)) {
    text = hex(value.as_bytes());
  } else {
    text = integer(value, 16);
  }
  if (text && upper) {
    for (char& c : *text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

std::optional<std::string> clause_text(char clause, int precision, const Value& value) {
  switch (clause) {
    case 's': {
      std::string text;
      append_text(text, value, 0);
      return text;
    }
    case 'd':
      if (value.is(Kind::kDouble) && !std::isfinite(value.as_double())) {
        return format_double(value.as_double());
      }
      return integer(value, 10);
    case 'f':
    case 'e':
      return real(value, clause, precision < 0 ? 6 : precision);
    case 'b':
      return integer(value, 2);
    case 'o':
      return integer(value, 8);
    case 'x':
    case 'X':
      return hexadecimal(value, clause == 'X');
    default:
      return std::nullopt;
  }
}

}  // namespace

Value format_text(std::string_view pattern, const std::vector<Value>& arguments) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (out.size() > kStringBytesMax) return Value::error("format(): the text is too long");
    if (pattern[i] != '%') {
      out += pattern[i];
      continue;
    }
    if (++i < pattern.size() && pattern[i] == '%') {
      out += '%';
      continue;
    }
    int precision = -1;
    if (i < pattern.size() && pattern[i] == '.') {
      precision = 0;
      for (++i; i < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[i])); ++i) {
        precision = std::min(precision * 10 + (pattern[i] - '0'), kPrecisionMax + 1);
      }
      if (precision > kPrecisionMax) return Value::error("format(): a precision beyond 100");
    }
    constexpr std::string_view kClauses = "sdfeboxX";
    if (i >= pattern.size() || kClauses.find(pattern[i]) == std::string_view::npos) {
      return Value::error("format(): unknown clause '%" +
                          std::string(pattern.substr(i, i < pattern.size() ? 1 : 0)) + "'");
    }
    if (next >= arguments.size()) {
      return Value::error("format(): no argument " + std::to_string(next) + " for '%" + pattern[i] +
                          "'");
    }
    const auto text = clause_text(pattern[i], precision, arguments[next]);
    if (!text) {
      return Value::error(std::string("format(): '%") + pattern[i] + "' does not take " +
                          kinds_text(arguments[next]));
    }
    out += *text;
    ++next;
  }
  return Value::string(std::move(out));
}

}  // namespace tt::cel
