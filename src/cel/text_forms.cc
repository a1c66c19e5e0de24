// Values as text: JSON, template holes, timestamps, durations, numbers.
// SPDX-License-Identifier: Apache-2.0
#include "cel/text_forms.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/digest.h"
#include "base/text.h"
#include "cel/calendar.h"
#include "cel/limits.h"
#include "cel/value.h"

namespace tt::cel {
namespace {

/// "", ".5" or ".123456789": nanoseconds with no trailing zeros, `step` digits at a time.
std::string fraction(std::uint32_t nanos, int step) {
  if (nanos == 0) return {};
  char digits[16];
  std::snprintf(digits, sizeof digits, ".%09u", nanos);
  std::string text(digits);
  const std::string zeros(static_cast<std::size_t>(step), '0');
  while (text.ends_with(zeros)) text.resize(text.size() - zeros.size());
  return text;
}

void append_json(std::string& out, const Value& value, int depth);

void append_json_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  const std::string text = format_double(value);
  out += text;
  // Keeps a whole double a double when the text is read back.
  if (text.find_first_of(".e") == std::string::npos) out += ".0";
}

void append_json_list(std::string& out, const std::vector<Value>& elements, int depth) {
  out += '[';
  bool first = true;
  for (const Value& element : elements) {
    if (out.size() > kStringBytesMax) break;
    if (!first) out += ',';
    first = false;
    append_json(out, element, depth + 1);
  }
  out += ']';
}

void append_json_map(std::string& out, const Map& map, int depth) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map.entries()) {
    if (out.size() > kStringBytesMax) break;
    if (!first) out += ',';
    first = false;
    append_json_string(out, display(key));
    out += ':';
    append_json(out, value, depth + 1);
  }
  out += '}';
}

void append_json(std::string& out, const Value& value, int depth) {
  // Parts that a value shares can make its text endless; it ends where no text may go on.
  if (depth > kValueDepthMax || out.size() > kStringBytesMax) {
    out += "null";
    return;
  }
  switch (value.kind()) {
    case Kind::kBool:
      out += value.as_bool() ? "true" : "false";
      return;
    case Kind::kInt:
      out += std::to_string(value.as_int());
      return;
    case Kind::kUint:
      out += std::to_string(value.as_uint());
      return;
    case Kind::kDouble:
      append_json_double(out, value.as_double());
      return;
    case Kind::kString:
      append_json_string(out, value.as_string());
      return;
    case Kind::kBytes:
      append_json_string(out, base64(value.as_bytes()));
      return;
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kType:
    case Kind::kOpaque:
      append_json_string(out, display(value));
      return;
    case Kind::kList:
      append_json_list(out, value.as_list(), depth);
      return;
    case Kind::kMap:
      append_json_map(out, value.as_map(), depth);
      return;
    case Kind::kOptional:
      if (value.as_optional()) {
        append_json(out, *value.as_optional(), depth + 1);
        return;
      }
      break;
    case Kind::kNull:
    case Kind::kError:
    case Kind::kAbsent:
      break;
  }
  out += "null";
}

}  // namespace

std::string format_timestamp(Timestamp time) {
  const Civil civil = civil_from_seconds(time.seconds);
  char text[40];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d",
                static_cast<long long>(civil.year), civil.month, civil.day, civil.hour,
                civil.minute, civil.second);
  return text + fraction(time.nanos, 3) + "Z";
}

std::string format_duration_seconds(std::int64_t ns) {
  const std::int64_t seconds = ns / kNsPerSec;
  const std::int64_t rest = ns % kNsPerSec;
  std::string text = ns < 0 ? "-" : "";
  text += std::to_string(seconds < 0 ? -seconds : seconds);
  return text + fraction(static_cast<std::uint32_t>(rest < 0 ? -rest : rest), 1) + "s";
}

std::string format_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e21);
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(text, end.ptr);
}

std::string to_json_text(const Value& value) {
  std::string out;
  append_json(out, value, 0);
  return out;
}

std::string display(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return std::string(value.as_string());
    case Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(value.as_int());
    case Kind::kUint:
      return std::to_string(value.as_uint());
    case Kind::kDouble:
      return format_double(value.as_double());
    case Kind::kBytes:
      return base64(value.as_bytes());
    case Kind::kTimestamp:
      return format_timestamp(value.as_timestamp());
    case Kind::kDuration:
      return format_duration_seconds(value.as_duration_ns());
    case Kind::kType:
      return value.as_type().runtime_name();
    case Kind::kOpaque:
      return value.as_opaque().display();
    case Kind::kList:
    case Kind::kMap:
      return to_json_text(value);
    case Kind::kOptional:
      return value.as_optional() ? display(*value.as_optional()) : "";
    case Kind::kNull:
    case Kind::kError:
    case Kind::kAbsent:
      break;
  }
  return {};
}

}  // namespace tt::cel
