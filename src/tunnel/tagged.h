// Tagged fields: the extensible part of record bodies; unknown tags are skipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tunnel/record_format.h"

namespace tt::tunnel {

// A body that carries fields is `u16 fields_bytes`, that many bytes of fields, and then the
// payload. A field is `u8 tag, u16 bytes`, and the value. Numbers are little-endian and of fixed
// width.

constexpr std::size_t kFieldsLengthBytes = 2;
constexpr std::size_t kFieldHeadBytes = 3;
constexpr std::size_t kFieldsBytesMax = 0xFFFF;

/// Tags are unique over all record types, so that a dump needs no context.
enum class Tag : std::uint8_t {
  kEntry = 1,         ///< Name of the entry portal.
  kKey = 2,           ///< Idempotency key: 16 bytes of its keyed digest.
  kRequestCount = 3,  ///< u32: events of the request; only on the first one of a request with key.
  kExit = 16,
  kEventSeq = 17,  ///< u64.
  kReason = 18,
  kStatus = 19,     ///< i32: HTTP status or 0.
  kAttempts = 20,   ///< u32.
  kFirstTime = 21,  ///< i64, nanoseconds.
  kLastTime = 22,   ///< i64, nanoseconds.
  kError = 23,
  kRequest = 24,
  kAnswer = 25,
  kRule = 26,
  kReceived = 27,    ///< i64, nanoseconds.
  kGeneration = 28,  ///< u64.
  kDuration = 29,    ///< i64, nanoseconds.
  kVerdict = 30,
  kReference = 31,
  kReplay = 32,   ///< u64: epoch of the replay; missing in the first run.
  kLastSeq = 33,  ///< u64: last event of a gap that begins with kEventSeq.
};

/// Appends one field, cutting a value that no longer fits 64 KiB of fields.
void append_field(std::string& fields, Tag tag, std::string_view value);
template <class T>
void append_number(std::string& fields, Tag tag, T value) {
  char bytes[sizeof value];
  store(bytes, value);
  append_field(fields, tag, {bytes, sizeof value});
}

/// Walks fields. A damaged length ends the walk: the checksum was good, so this is a foreign
/// writer.
class FieldReader {
 public:
  explicit FieldReader(std::string_view fields) : left_(fields) {}
  struct Field {
    Tag tag;
    std::string_view value;
    std::string text() const { return std::string(value); }
    template <class T>
    T number() const {
      return value.size() == sizeof(T) ? load<T>(value.data()) : T{};
    }
  };
  std::optional<Field> next();

 private:
  std::string_view left_;
};

/// A body taken apart; nothing when its lengths do not add up.
struct BodyParts {
  std::string_view fields, payload;
};
std::optional<BodyParts> split_body(std::string_view body);

}  // namespace tt::tunnel
