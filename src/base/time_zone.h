// Time zones: the offset from UTC at a moment, from the system's zone files or a fixed offset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/disk.h"

namespace tt {

/// Immutable and thread safe.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  /// Seconds east of UTC at a moment (seconds since 1970 in UTC).
  virtual std::int32_t offset_seconds(std::int64_t utc_seconds) const = 0;
};

/// "UTC", "Europe/Berlin" (a zone file under /usr/share/zoneinfo, kept once read), or a fixed
/// offset "+02:00", "-08:00", "02:00". Null when there is no such zone. Thread safe.
std::shared_ptr<const TimeZone> find_time_zone(std::string_view name);

/// A zone file (RFC 8536, version 1 to 4) from its bytes; null when malformed.
std::shared_ptr<const TimeZone> read_time_zone(std::string_view bytes);

/// The rule after the last transition of a zone file, in the form of POSIX's TZ variable
/// (`CET-1CEST,M3.5.0,M10.5.0/3`). Null when malformed.
std::shared_ptr<const TimeZone> read_posix_zone(std::string_view text);

}  // namespace tt
