// AttemptNotes: attempts on their way to the disk, off the routing thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "base/metric_table.h"
#include "pipeline/loop.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Belongs to the loop's thread. A note is for people who ask why; when the disk is so slow that
/// kPendingMax wait, further ones are dropped and counted.
class AttemptNotes {
 public:
  static constexpr std::size_t kPendingMax = 10'000;

  AttemptNotes(Loop& loop, BlockingPool& pool, tunnel::Tunnel& tunnel, Metrics& metrics)
      : loop_(loop),
        pool_(pool),
        tunnel_(tunnel),
        dropped_(counter(metrics, "tt_attempts_dropped_total")) {}

  void add(tunnel::Attempt attempt) {
    if (pending_.size() >= kPendingMax) return dropped_.add();
    pending_.push_back(std::move(attempt));
    if (!is_writing_) write();
  }
  /// What is left when the loop has ended; from the thread that ended it.
  void flush() {
    for (const tunnel::Attempt& attempt : std::exchange(pending_, {}))
      tunnel_.attempts().append(attempt);
  }

 private:
  void write() {
    is_writing_ = true;
    pool_.run("attempts", [this, attempts = std::exchange(pending_, {})] {
      for (const tunnel::Attempt& attempt : attempts) tunnel_.attempts().append(attempt);
      loop_.post([this] {
        is_writing_ = false;
        if (!pending_.empty()) write();
      });
    });
  }

  Loop& loop_;
  BlockingPool& pool_;
  tunnel::Tunnel& tunnel_;
  Counter& dropped_;
  std::vector<tunnel::Attempt> pending_;
  bool is_writing_ = false;
};

}  // namespace tt::pipeline
