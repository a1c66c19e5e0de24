// CommitPause: after a slow group, who appends leaves the next ones to the committer's thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace tt::tunnel {

/// A group that took long may have waited for the disk, or for the processor: once is no proof, so
/// the first pause is short. Each slow group doubles it, each quick one halves it. Not thread safe.
class CommitPause {
 public:
  static constexpr std::int64_t kSlowNs = 5 * kNsPerMs;
  static constexpr std::int64_t kShortestNs = 10 * kNsPerMs;
  static constexpr std::int64_t kLongestNs = kNsPerSec;

  bool is_over(SteadyNs now) const { return now >= until_ns_; }
  /// A group that was written by whoever appended it.
  void note_group(SteadyNs begin, SteadyNs end) {
    length_ns_ = end - begin > kSlowNs ? std::clamp(2 * length_ns_, kShortestNs, kLongestNs)
                                       : length_ns_ / 2;
    until_ns_ = end + length_ns_;
  }

 private:
  SteadyNs until_ns_ = 0;
  std::int64_t length_ns_ = 0;
};

}  // namespace tt::tunnel
