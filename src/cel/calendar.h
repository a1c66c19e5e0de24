// Calendar: seconds since 1970 to year, month, day and back, in the proleptic Gregorian calendar.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cel/value.h"

namespace tt::cel {

struct Civil {
  std::int64_t year = 1970;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 4;      ///< 0 is Sunday.
  int day_of_year = 0;  ///< From 0.
};

Civil civil_from_seconds(std::int64_t seconds);
/// Days since 1970-01-01; month and day need not be in range checked before.
std::int64_t days_from_civil(std::int64_t year, int month, int day);

/// 0001-01-01T00:00:00Z and the first second after 9999-12-31.
constexpr std::int64_t kTimestampSecondsMin = -62'135'596'800;
constexpr std::int64_t kTimestampSecondsEnd = 253'402'300'800;
inline bool in_timestamp_range(Timestamp time) {
  return time.seconds >= kTimestampSecondsMin && time.seconds < kTimestampSecondsEnd;
}

/// RFC 3339, any fraction (beyond nanoseconds cut), years 1 to 9999 after the zone is applied.
std::optional<Timestamp> parse_timestamp(std::string_view text);
/// `1h30m`, `-1.5s`, `250ms`, `0`: decimal numbers with units h m s ms us ns, the form of the
/// language definition. Nothing when malformed or beyond int64 nanoseconds.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace tt::cel
