// ClockGuard: notices that the wall clock was set, so that nothing is deleted for its age then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "base/clock.h"
#include "base/metric_table.h"

namespace tt::tunnel {

/// Not thread safe.
class ClockGuard {
 public:
  static constexpr std::int64_t kDriftNs = 60 * kNsPerSec;
  static constexpr std::int64_t kFreezeNs = 3600 * kNsPerSec;

  /// Counts nothing: one guard of a process does.
  ClockGuard() = default;
  explicit ClockGuard(Metrics& metrics) : jumps_total_(&counter(metrics, "tt_clock_jumps_total")) {}

  /// True when ages by the wall clock mean something: it has gone along with the steady clock since
  /// the last call, and for the hour before.
  bool trusts(WallNs wall_ns, SteadyNs steady_ns) {
    const std::int64_t offset_ns = wall_ns - steady_ns;
    if (has_offset_ && std::llabs(offset_ns - offset_ns_) > kDriftNs) {
      frozen_until_ns_ = steady_ns + kFreezeNs;
      if (jumps_total_) jumps_total_->add();
    }
    offset_ns_ = offset_ns;
    has_offset_ = true;
    return steady_ns >= frozen_until_ns_;
  }

 private:
  Counter* jumps_total_ = nullptr;
  std::int64_t offset_ns_ = 0;
  bool has_offset_ = false;
  SteadyNs frozen_until_ns_ = 0;
};

}  // namespace tt::tunnel
