// Heads are measured by hand; values of measured bytes are read and written by msgpuck.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/forward/msgpack.h"

#include <fmt/format.h>
#include <msgpuck.h>

#include <array>
#include <cmath>

#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/entry/forward/msgpack_head.h"

namespace tt::portals::entry::forward {

Extent measure(std::string_view bytes) {
  using enum Extent::Kind;
  std::array<std::uint64_t, kDepthMax> open{};  // Values that the open lists and maps still want.
  std::size_t depth = 0, values = 0, at = 0;
  for (;;) {
    const Head head = read_head(bytes.substr(at));
    if (head.is_bad || ++values > kValuesMax || head.children > kValuesMax ||
        head.payload_bytes > kFrameBytesMax)
      return {kBad};
    if (head.bytes == 0 || head.payload_bytes > bytes.size() - at - head.bytes) {
      std::size_t wanted =
          head.bytes == 0 ? bytes.size() + 1 : at + head.bytes + head.payload_bytes;
      // Each of the others takes a byte, too.
      for (std::size_t i = 0; i < depth; ++i) wanted += open[i] - 1;
      return {kPartial, wanted};
    }
    at += head.bytes + static_cast<std::size_t>(head.payload_bytes);
    if (head.children > 0) {
      if (depth == kDepthMax) return {kBad};
      open[depth++] = head.children;
      continue;
    }
    while (depth > 0 && --open[depth - 1] == 0) --depth;
    if (depth == 0) return {kWhole, at};
  }
}

bool Values::is_nil() const { return !at_end() && mp_typeof(*at_) == MP_NIL; }
bool Values::is_list() const { return !at_end() && mp_typeof(*at_) == MP_ARRAY; }
bool Values::is_map() const { return !at_end() && mp_typeof(*at_) == MP_MAP; }
bool Values::is_text() const {
  return !at_end() && (mp_typeof(*at_) == MP_STR || mp_typeof(*at_) == MP_BIN);
}

std::optional<std::uint32_t> Values::take_list() {
  if (!is_list()) return std::nullopt;
  return mp_decode_array(&at_);
}

std::optional<std::uint32_t> Values::take_map() {
  if (!is_map()) return std::nullopt;
  return mp_decode_map(&at_);
}

std::optional<std::string_view> Values::take_text() {
  if (!is_text()) return std::nullopt;
  std::uint32_t bytes = 0;
  const char* data = mp_decode_strbin(&at_, &bytes);
  return std::string_view(data, bytes);
}

std::optional<std::int64_t> Values::take_integer() {
  if (at_end()) return std::nullopt;
  if (mp_typeof(*at_) == MP_INT) return mp_decode_int(&at_);
  if (mp_typeof(*at_) != MP_UINT) return std::nullopt;
  const char* at = at_;
  const std::uint64_t value = mp_decode_uint(&at);
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  at_ = at;
  return static_cast<std::int64_t>(value);
}

void Values::skip() { at_ += measure({at_, static_cast<std::size_t>(end_ - at_)}).bytes; }

std::optional<Values::Extension> Values::take_extension() {
  if (at_end() || mp_typeof(*at_) != MP_EXT) return std::nullopt;
  const Head head = read_head({at_, static_cast<std::size_t>(end_ - at_)});
  // The type is the last byte of what read_head() counts as the head.
  const auto type = static_cast<std::int8_t>(at_[head.bytes - 1]);
  const Extension extension{type, {at_ + head.bytes, static_cast<std::size_t>(head.payload_bytes)}};
  at_ += head.bytes + head.payload_bytes;
  return extension;
}

namespace {

std::uint32_t big_endian_32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// EventTime: extension 0 of seconds and nanoseconds, 32 bits each, big-endian.
/// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#eventtime-ext-format
std::optional<Values::Time> read_event_time(std::int8_t type, std::string_view data) {
  if (type != 0 || data.size() != 8) return std::nullopt;
  const std::uint32_t nanoseconds = big_endian_32(data.substr(4));
  return Values::Time{big_endian_32(data), nanoseconds < kNsPerSec ? nanoseconds : 0};
}

void append_number(double value, std::string& out) {
  if (std::isfinite(value))
    fmt::format_to(std::back_inserter(out), "{}", value);
  else
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

}  // namespace

std::optional<Values::Time> Values::take_time() {
  if (at_end()) return std::nullopt;
  switch (mp_typeof(*at_)) {
    case MP_UINT:
    case MP_INT: {
      const auto seconds = take_integer();
      return seconds ? std::optional(Time{*seconds}) : std::nullopt;
    }
    case MP_FLOAT:
    case MP_DOUBLE: {
      const double seconds =
          mp_typeof(*at_) == MP_FLOAT ? double{mp_decode_float(&at_)} : mp_decode_double(&at_);
      if (!(seconds > 0 && seconds < 1e11)) return Time{};
      const double whole = std::floor(seconds);
      return Time{static_cast<std::int64_t>(whole),
                  static_cast<std::int64_t>((seconds - whole) * 1e9)};
    }
    case MP_EXT: {
      const char* before = at_;
      const auto extension = take_extension();
      const auto time = read_event_time(extension->type, extension->data);
      if (!time) at_ = before;
      return time;
    }
    default:
      return std::nullopt;
  }
}

std::string Values::take_json() {
  std::string out;
  append_json(out);
  return out;
}

// The recursion is as deep as measure() allows.
void Values::append_json(std::string& out) {
  if (at_end()) return void(out += "null");
  switch (mp_typeof(*at_)) {
    case MP_NIL:
      mp_decode_nil(&at_);
      out += "null";
      return;
    case MP_BOOL:
      out += mp_decode_bool(&at_) ? "true" : "false";
      return;
    case MP_UINT:
      out += std::to_string(mp_decode_uint(&at_));
      return;
    case MP_INT:
      out += std::to_string(mp_decode_int(&at_));
      return;
    case MP_FLOAT:
      return append_number(double{mp_decode_float(&at_)}, out);
    case MP_DOUBLE:
      return append_number(mp_decode_double(&at_), out);
    case MP_STR:
    case MP_BIN:
      return append_json_string(out, *take_text());
    case MP_ARRAY: {
      out += '[';
      for (std::uint32_t i = 0, n = *take_list(); i < n; ++i) {
        if (i > 0) out += ',';
        append_json(out);
      }
      out += ']';
      return;
    }
    case MP_MAP: {
      out += '{';
      for (std::uint32_t i = 0, n = *take_map(); i < n; ++i) {
        if (i > 0) out += ',';
        append_json_string(out, is_text() ? std::string(*take_text()) : take_json());
        out += ':';
        append_json(out);
      }
      out += '}';
      return;
    }
    case MP_EXT: {
      const auto extension = take_extension();
      if (const auto time = read_event_time(extension->type, extension->data))
        return append_json_string(out, format_time(time->seconds * kNsPerSec + time->nanoseconds));
      return append_json_string(out, base64(extension->data));
    }
  }
}

namespace {

template <class Encode>
void append(std::string& out, Encode encode) {
  std::array<char, 16> head;  // The longest head has nine bytes.
  out.append(head.data(), static_cast<std::size_t>(encode(head.data()) - head.data()));
}

std::uint32_t length_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

}  // namespace

PackedWriter& PackedWriter::list(std::uint32_t length) {
  append(out_, [&](char* at) { return mp_encode_array(at, length); });
  return *this;
}

PackedWriter& PackedWriter::map(std::uint32_t length) {
  append(out_, [&](char* at) { return mp_encode_map(at, length); });
  return *this;
}

PackedWriter& PackedWriter::text(std::string_view value) {
  append(out_, [&](char* at) { return mp_encode_strl(at, length_of(value)); });
  out_ += value;
  return *this;
}

PackedWriter& PackedWriter::bytes(std::string_view value) {
  append(out_, [&](char* at) { return mp_encode_binl(at, length_of(value)); });
  out_ += value;
  return *this;
}

PackedWriter& PackedWriter::boolean(bool value) {
  append(out_, [&](char* at) { return mp_encode_bool(at, value); });
  return *this;
}

}  // namespace tt::portals::entry::forward
