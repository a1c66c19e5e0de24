// DiskBench: how quickly a folder's disk makes bytes durable, the way the tunnel asks it to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"

namespace tt::tunnel {

/// One write into space that was written before, and its fdatasync: what a group commit is.
struct SyncFigures {
  std::uint64_t bytes = 0;  ///< Of each write.
  std::uint64_t count = 0;  ///< Measured.
  std::int64_t p50_ns = 0, p99_ns = 0, max_ns = 0;
  double per_second = 0;
};

struct DiskFigures {
  double sequential_bytes_per_second = 0;  ///< Writing 64 MiB and syncing it once.
  SyncFigures small, large;                ///< 4 KiB: one event. 64 KiB: a group of many.

  /// What senders get at most, as far as the disk decides: each waits for its answer.
  double acks_per_second_alone() const { return small.per_second; }
  double acks_per_second_at_64() const { return 64 * large.per_second; }
};

struct DiskBenchOptions {
  std::string folder;
  std::int64_t time_ns = 5 * kNsPerSec;  ///< About: the call that runs then is waited for.
  std::uint64_t file_bytes = 64u << 20;
  std::function<bool()> is_cancelled;  ///< Asked between two calls; may be empty.
};

/// Measures in a file of its own, which is removed in any case. kRetry without the space for it,
/// kStopped when cancelled; else errors of the disk.
Result<DiskFigures> measure_disk(Disk& disk, Clock& clock, const DiskBenchOptions& options);

/// What a person should think of before trusting the figures, a sentence each.
std::vector<std::string> suspicions(const DiskFigures& figures);

}  // namespace tt::tunnel
