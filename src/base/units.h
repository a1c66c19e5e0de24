// Durations, sizes and times as people write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tt {

/// "200ms", "1h30m", "7d", "2w"; units ms s m h d w; no sign, no space, no bare number.
std::optional<std::int64_t> parse_duration_ns(std::string_view text);
std::string format_duration(std::int64_t ns);  ///< Shortest exact form: "1h30m".
/// "10GiB", "64KiB", "512" (bytes), "1MiB".
std::optional<std::uint64_t> parse_size_bytes(std::string_view text);
std::string format_size(std::uint64_t bytes);

/// RFC 3339 and the ISO 8601 forms that design.md 2 names: a space for T, no seconds, no zone
/// (UTC). Strict otherwise: real days, offset within +-23:59, leap second only where UTC has one
/// (23:59:60).
/// Times that 64-bit nanoseconds cannot hold (before 1677, after 2262) become the nearest they can.
std::optional<WallNs> parse_time(std::string_view text);
/// RFC 3339 in UTC, with as few of 0, 3, 6 or 9 digits of fraction as are exact.
std::string format_time(WallNs time_ns);
/// RFC 3339 in UTC with exactly six digits: `2026-01-31T12:00:00.123456Z`.
std::string format_time_us(WallNs time_ns);
/// HTTP-date (RFC 9110 section 5.6.7), or nothing.
std::optional<WallNs> parse_http_date(std::string_view text);

}  // namespace tt
