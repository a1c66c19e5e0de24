// Edge: the newest groups in memory, shared by all readers, dropped oldest first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>

#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Covers every seq in [first(), end of the newest batch) without a hole between batches.
/// Thread safe; a batch in the hands of a reader outlives its place here.
class Edge {
 public:
  Edge(std::size_t bytes_max, Seq first) : bytes_max_(bytes_max), first_(first) {}

  /// Before the first push(): what is older is on disk.
  void begin_at(Seq seq) { first_.store(seq, std::memory_order_release); }
  void push(SharedStored batch) {
    const std::lock_guard lock(mutex_);
    bytes_ += batch->memory_bytes;
    batches_.push_back(std::move(batch));
    while (bytes_ > bytes_max_ && batches_.size() > 1) drop_front();
  }
  /// The batch that holds `seq`, null when it is older than all, or not yet here.
  SharedStored find(Seq seq) const {
    const std::lock_guard lock(mutex_);
    if (seq < first_.load(std::memory_order_relaxed)) return nullptr;
    const auto found = std::partition_point(batches_.begin(), batches_.end(),
                                            [&](const SharedStored& b) { return b->next <= seq; });
    return found == batches_.end() ? nullptr : *found;
  }
  /// Drops batches that lie wholly below `seq` (memory tunnel: trimming).
  void drop_below(Seq seq) {
    const std::lock_guard lock(mutex_);
    while (!batches_.empty() && batches_.front()->next <= seq) drop_front();
  }
  Seq first() const { return first_.load(std::memory_order_acquire); }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::size_t bytes_from(Seq seq) const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const SharedStored& batch : batches_)
      if (batch->next > seq) sum += batch->memory_bytes;
    return sum;
  }
  SharedStored front() const {
    const std::lock_guard lock(mutex_);
    return batches_.empty() ? nullptr : batches_.front();
  }

 private:
  void drop_front() {
    bytes_ -= batches_.front()->memory_bytes;
    first_.store(batches_.front()->next, std::memory_order_release);
    batches_.pop_front();
  }

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::deque<SharedStored> batches_;
  std::size_t bytes_ = 0;
  std::atomic<Seq> first_;
};

}  // namespace tt::tunnel
