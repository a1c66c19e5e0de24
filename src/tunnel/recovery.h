// Recovery: from whatever the data directory holds to a log that can be read and written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"
#include "base/result.h"
#include "tunnel/log_view.h"
#include "tunnel/log_writer.h"
#include "tunnel/quarantine.h"

namespace tt::tunnel {

struct Recovered {
  std::vector<SharedSegment> segments;  ///< In order; ends and seals set.
  WriteState state;
  bool was_clean = false;                 ///< Last stopped by close().
  std::vector<KeyedRequest> keys;         ///< In log order.
  std::vector<std::pair<Gap, Seq>> gaps;  ///< Lost events, and the segment that had them.
  std::vector<Gap> last_jumps;            ///< Within the last segment.
};

struct RecoverySeams {
  Disk& disk;
  Clock& clock;
  Metrics& metrics;
  Quarantine& quarantine;
};

/// Opens all segments of `folder` and finds the end of the log (reliability.md 2.6 as amended by
/// design.md 7). Damage is reported and never an error; what was accepted but perhaps not durable
/// is durable afterwards.
Result<Recovered> recover_log(RecoverySeams seams, const std::string& folder,
                              const LogIdentity& identity);

}  // namespace tt::tunnel
