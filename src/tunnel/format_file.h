// FORMAT: which layout the data directory has, and the identity and key of its log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/random.h"
#include "base/result.h"

namespace tt::tunnel {

constexpr std::uint16_t kFormatMajor = 1;
constexpr std::uint16_t kFormatMinor = 0;
/// Feature bits this program knows. An unknown `incompat` bit refuses the start, an unknown
/// `ro_compat` bit too (we always write), `compat` bits may be ignored.
constexpr std::uint32_t kKnownReadOnlyCompat = 0;
constexpr std::uint32_t kKnownIncompat = 0;

/// Who a log is. The key is no secret to who may read the folder; it keeps senders from writing
/// bytes that pass for records.
struct LogIdentity {
  std::array<unsigned char, 16> uuid{};
  std::array<unsigned char, 16> key{};
  WallNs created_ns = 0;

  /// The log's 8 hexadecimal digits in event ids.
  std::string log_id() const;
  std::string_view key_text() const {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
  }
  /// Salt of one file: `kind` is the folder, `number` the name of the file in it.
  std::uint64_t salt(std::string_view kind, std::uint64_t number) const;
  static LogIdentity make(Random& random, WallNs now_ns);
};

/// What checksums of headers start with.
constexpr std::uint32_t seed_of(std::uint64_t salt) {
  return static_cast<std::uint32_t>(salt ^ (salt >> 32));
}

constexpr std::size_t kFormatFileBytes = 96;
std::string encode_format(const LogIdentity& identity);
/// kMisconfigured for a newer format (naming both), kCorrupt for damage.
Result<LogIdentity> decode_format(std::string_view bytes);

/// Reads `<directory>/FORMAT`. kCorrupt also when it is missing: the caller rebuilds it from the
/// segments, or creates it.
Result<LogIdentity> read_format(Disk& disk, const std::string& directory);
Status write_format(Disk& disk, const std::string& directory, const LogIdentity& identity);

}  // namespace tt::tunnel
