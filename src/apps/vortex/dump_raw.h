// dump --raw: every record of the log as it stands in its file, damage included.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tunnel/log_snapshot.h"

namespace tt::vortex {

/// Calls `write` with a JSON object a line, in file order, until it gives false. Of `range`, seqs
/// and times of all records count. Gives whether nothing was damaged.
Result<bool> dump_raw(const std::string& folder, const tunnel::LogSnapshot& log,
                      const tunnel::SnapshotRange& range,
                      const std::function<bool(std::string_view lines)>& write);

}  // namespace tt::vortex
