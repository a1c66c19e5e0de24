// The ends of a range of stored events, as people write them on a command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tunnel/log_snapshot.h"

namespace tt::vortex {

/// `since` and `until`: an event id of the log, a seq, a duration (that long ago), a time; empty:
/// open. kReject for anything else, naming what is possible.
Result<tunnel::SnapshotRange> parse_range(const std::string& since, const std::string& until,
                                          std::string_view log_id);

}  // namespace tt::vortex
