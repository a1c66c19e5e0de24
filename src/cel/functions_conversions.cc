// Conversions between types, type() and dyn().
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "base/utf8.h"
#include "cel/calendar.h"
#include "cel/functions.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

Value range_error(std::string_view type) {
  return Value::error("the value is out of the range of " + std::string(type));
}

Value not_readable(std::string_view text, std::string_view type) {
  return Value::error("cannot read " + json_string(clip_runes(text, 60)) + " as " +
                      std::string(type));
}

Value same(const CallContext&, Arguments a) { return a[0]; }

Value int_from_uint(const CallContext&, Arguments a) {
  if (a[0].as_uint() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return range_error("int");
  }
  return Value::int64(static_cast<std::int64_t>(a[0].as_uint()));
}

Value int_from_double(const CallContext&, Arguments a) {
  const double number = a[0].as_double();
  // The limits themselves are not exact as doubles, so both ends are left out.
  if (!(number > -0x1p63 && number < 0x1p63)) return range_error("int");
  return Value::int64(static_cast<std::int64_t>(number));
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

Value int_from_string(const CallContext&, Arguments a) {
  std::int64_t number = 0;
  if (!read_number(a[0].as_string(), number)) return not_readable(a[0].as_string(), "int");
  return Value::int64(number);
}

Value int_from_timestamp(const CallContext&, Arguments a) {
  return Value::int64(a[0].as_timestamp().seconds);
}

Value uint_from_int(const CallContext&, Arguments a) {
  if (a[0].as_int() < 0) return range_error("uint");
  return Value::uint64(static_cast<std::uint64_t>(a[0].as_int()));
}

Value uint_from_double(const CallContext&, Arguments a) {
  const double number = a[0].as_double();
  if (!(number >= 0 && number < 0x1p64)) return range_error("uint");
  return Value::uint64(static_cast<std::uint64_t>(number));
}

Value uint_from_string(const CallContext&, Arguments a) {
  std::uint64_t number = 0;
  if (!read_number(a[0].as_string(), number)) return not_readable(a[0].as_string(), "uint");
  return Value::uint64(number);
}

Value double_from_int(const CallContext&, Arguments a) {
  return Value::float64(static_cast<double>(a[0].as_int()));
}

Value double_from_uint(const CallContext&, Arguments a) {
  return Value::float64(static_cast<double>(a[0].as_uint()));
}

Value double_from_string(const CallContext&, Arguments a) {
  double number = 0;
  const std::string_view text = a[0].as_string();
  if (read_number(text, number)) return Value::float64(number);
  const std::string_view unsigned_text = text.starts_with('+') ? text.substr(1) : text;
  if (unsigned_text == "Infinity") return Value::float64(std::numeric_limits<double>::infinity());
  return not_readable(text, "double");
}

Value bool_from_string(const CallContext&, Arguments a) {
  constexpr std::array<std::string_view, 5> kTrue{"1", "t", "true", "True", "TRUE"};
  constexpr std::array<std::string_view, 5> kFalse{"0", "f", "false", "False", "FALSE"};
  for (const std::string_view word : kTrue) {
    if (a[0].as_string() == word) return Value::boolean(true);
  }
  for (const std::string_view word : kFalse) {
    if (a[0].as_string() == word) return Value::boolean(false);
  }
  return not_readable(a[0].as_string(), "bool");
}

Value string_from_any(const CallContext&, Arguments a) { return Value::string(display(a[0])); }

Value string_from_bytes(const CallContext&, Arguments a) {
  if (!is_utf8(a[0].as_bytes())) return Value::error("the bytes are not valid UTF-8");
  return Value::string(std::string(a[0].as_bytes()));
}

Value bytes_from_string(const CallContext&, Arguments a) {
  return Value::bytes(std::string(a[0].as_string()));
}

Value timestamp_from_string(const CallContext&, Arguments a) {
  const auto time = parse_timestamp(a[0].as_string());
  return time ? Value::timestamp(*time) : not_readable(a[0].as_string(), "timestamp");
}

Value timestamp_from_int(const CallContext&, Arguments a) {
  const Timestamp time{a[0].as_int(), 0};
  return in_timestamp_range(time) ? Value::timestamp(time) : range_error("timestamp");
}

Value duration_from_string(const CallContext&, Arguments a) {
  const auto ns = parse_duration(a[0].as_string());
  return ns ? Value::duration(*ns) : not_readable(a[0].as_string(), "duration");
}

Value type_of(const CallContext&, Arguments a) { return Value::type(a[0].runtime_type()); }

}  // namespace

void add_conversions(Library& library) {
  library.title("Conversions");
  library.function("int", "int", "int", same);
  library.function("int", "uint", "int", int_from_uint);
  library.function("int", "double", "int", int_from_double);
  library.function("int", "string", "int", int_from_string);
  library.function("int", "timestamp", "int", int_from_timestamp);
  library.function("uint", "uint", "uint", same);
  library.function("uint", "int", "uint", uint_from_int);
  library.function("uint", "double", "uint", uint_from_double);
  library.function("uint", "string", "uint", uint_from_string);
  library.function("double", "double", "double", same);
  library.function("double", "int", "double", double_from_int);
  library.function("double", "uint", "double", double_from_uint);
  library.function("double", "string", "double", double_from_string);
  library.function("bool", "bool", "bool", same);
  library.function("bool", "string", "bool", bool_from_string);
  library.function("string", "string", "string", same);
  for (const char* type : {"bool", "int", "uint", "double", "timestamp", "duration"}) {
    library.function("string", type, "string", string_from_any);
  }
  library.function("string", "bytes", "string", string_from_bytes);
  library.function("bytes", "bytes", "bytes", same);
  library.function("bytes", "string", "bytes", bytes_from_string);
  library.function("timestamp", "timestamp", "timestamp", same);
  library.function("timestamp", "string", "timestamp", timestamp_from_string);
  library.function("timestamp", "int", "timestamp", timestamp_from_int);
  library.function("duration", "duration", "duration", same);
  library.function("duration", "string", "duration", duration_from_string);
  library.function("type", "T", "type(T)", type_of);
  library.function("dyn", "T", "dyn", same);
  library.about("int",
                "a whole number of a number (cut towards 0), a text or a time (seconds since "
                "1970); an error where it does not fit",
                "int('42') + int(-1.9)", "41");
  library.about("uint", "the same without sign", "uint(42.9)", "42");
  library.about("double", "the nearest double of a number or a text", "double('1.5') + double(1)",
                "2.5");
  library.about("bool",
                "true of `1 t true True TRUE`, false of `0 f false False FALSE`, else an error",
                "bool('true')", "true");
  library.about("string", "a value as text; bytes must be UTF-8",
                "string(1.5) + string(duration('90s'))", "\"1.590s\"");
  library.about("bytes", "a text as UTF-8 bytes; printed as base64", "bytes('abc')", "\"YWJj\"");
  library.about("timestamp", "a time of an RFC 3339 text or of seconds since 1970",
                "timestamp('2026-01-31T13:00:00+01:00')", "\"2026-01-31T12:00:00Z\"");
  library.about("duration", "a duration of a text with the units `h m s ms us ns`",
                "duration('1h30m')", "\"5400s\"");
  library.about("type", "the type of a value", "type(1) == int", "true");
  library.about("dyn", "the same value, of a type that is known only when evaluated",
                "dyn(1) == 1.0", "true");
}

}  // namespace tt::cel
