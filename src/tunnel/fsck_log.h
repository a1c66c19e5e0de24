// The part of fsck that reads the segments of the log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "tunnel/fsck.h"
#include "tunnel/log_snapshot.h"

namespace tt::tunnel {

/// Fills in segments, gaps, damages of the log, `was_clean` and `next_seq`. `report.holder` is set.
Status check_log(Disk& disk, const std::string& directory, const LogSnapshot& log,
                 const FsckProgress& progress, FsckReport& report);

}  // namespace tt::tunnel
