// Retention: which segments may go, oldest first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "base/clock.h"
#include "base/result.h"
#include "tunnel/log_view.h"
#include "tunnel/segment_pool.h"

namespace tt::tunnel {

constexpr WallNs kNothingIsOld = std::numeric_limits<WallNs>::min();

struct RetentionLimits {
  Seq settled_below = 0;          ///< Every exit's durable cursor is at or above this.
  WallNs received_before_ns = 0;  ///< Older segments may go.
  std::uint64_t keep_bytes = 0;   ///< And any above this total.
};

/// Retires finished segments that nobody needs. The active one always stays.
Status trim_segments(LogView& log, SegmentPool& pool, const RetentionLimits& limits);

}  // namespace tt::tunnel
