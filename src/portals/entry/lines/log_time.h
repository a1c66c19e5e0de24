// Times as logs write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::portals::entry::lines {

/// RFC 3339 for: ISO 8601, also with a comma in front of the fraction (Python, log4j), slashes in
/// the date (Go, nginx) or no colon in the offset; seconds, milli-, micro- or nanoseconds since
/// 1970, told apart by their size, with or without a fraction (zap, pino); the common log format
/// (`10/Oct/2000:13:55:36 -0700`). Without a zone it is UTC. Empty: no time.
std::string read_log_time(std::string_view text);

}  // namespace tt::portals::entry::lines
