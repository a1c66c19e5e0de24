// Text forms of single values; whole values: to_json_text() and display() in value.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cel/value.h"

namespace tt::cel {

/// RFC 3339 in UTC with 0, 3, 6 or 9 digits of fraction.
std::string format_timestamp(Timestamp time);
/// Seconds with as many digits as are exact: `1.5s`.
std::string format_duration_seconds(std::int64_t ns);
/// Shortest decimal that reads back the same: `1.5`, `1e+21`, `NaN`, `Infinity`.
std::string format_double(double value);

}  // namespace tt::cel
