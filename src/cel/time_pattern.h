// Time pattern: timestamps as text by a pattern like strftime's, without the C locale.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cel/calendar.h"

namespace tt::cel {

/// `%Y %m %d %H %M %S`, `%y %e %j %u %w %a %A %b %B %I %p`, `%F` (date), `%T` `%R` (time), `%L`
/// (milliseconds), `%f` (microseconds), `%s` (seconds since 1970), `%z` (+0200), `%%`.
/// English names. `offset_seconds` is the zone's offset from UTC at that time.
std::string format_time_pattern(std::string_view pattern, Timestamp time,
                                std::int32_t offset_seconds);
/// Empty, or what is wrong with the pattern.
std::string time_pattern_problem(std::string_view pattern);

}  // namespace tt::cel
