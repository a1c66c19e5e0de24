// Edge: the newest groups in memory, shared by all readers, dropped oldest first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Where a reader is, as the others see it.
struct ReadingPlace {
  std::atomic<Seq> seq;                  ///< What it reads next.
  std::atomic<bool> is_at_work = false;  ///< See Reader::set_at_work().
};

/// Covers every seq in [first(), end of the newest batch) without a hole between batches.
/// Thread safe; a batch in the hands of a reader outlives its place here.
class Edge {
 public:
  /// Of what no reader needs any more it keeps `bytes_kept`, for those that come later.
  Edge(std::size_t bytes_max, std::size_t bytes_kept, Seq first)
      : bytes_max_(bytes_max), bytes_kept_(bytes_kept), first_(first) {}

  /// Before the first push(): what is older is on disk.
  void begin_at(Seq seq) { first_.store(seq, std::memory_order_release); }
  void push(SharedStored batch) {
    const std::lock_guard lock(mutex_);
    end_bytes_ += batch->memory_bytes;
    batches_.push_back({std::move(batch), end_bytes_});
    const Seq needed = held() > bytes_kept_ ? needed_from() : 0;
    while (batches_.size() > 1 && (held() > bytes_max_ || (held() > bytes_kept_ &&
                                                           batches_.front().batch->next <= needed)))
      drop_front();
  }
  /// What stands at and above `place` is kept for its reader, while there is room.
  void add_reader(const ReadingPlace& place) {
    const std::lock_guard lock(mutex_);
    readers_.push_back(&place);
  }
  void remove_reader(const ReadingPlace& place) {
    const std::lock_guard lock(mutex_);
    std::erase(readers_, &place);
  }
  /// A reader here that is at work has half of what fits before it: soon it would read from disk
  /// what is still in memory now.
  bool outruns_readers() const {
    const std::lock_guard lock(mutex_);
    if (held() <= bytes_max_ / 2) return false;
    return std::any_of(readers_.begin(), readers_.end(), [&](const ReadingPlace* reader) {
      const Seq seq = reader->seq.load(std::memory_order_relaxed);
      return reader->is_at_work.load(std::memory_order_relaxed) &&
             seq >= first_.load(std::memory_order_relaxed) && bytes_above(seq) > bytes_max_ / 2;
    });
  }
  /// The batch that holds `seq`, null when it is older than all, or not yet here.
  SharedStored find(Seq seq) const {
    const std::lock_guard lock(mutex_);
    if (seq < first_.load(std::memory_order_relaxed)) return nullptr;
    const auto found = holder(seq);
    return found == batches_.end() ? nullptr : found->batch;
  }
  /// Drops batches that lie wholly below `seq` (memory tunnel: trimming).
  void drop_below(Seq seq) {
    const std::lock_guard lock(mutex_);
    while (!batches_.empty() && batches_.front().batch->next <= seq) drop_front();
  }
  Seq first() const { return first_.load(std::memory_order_acquire); }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return held();
  }
  std::size_t bytes_from(Seq seq) const {
    const std::lock_guard lock(mutex_);
    return bytes_above(seq);
  }
  SharedStored front() const {
    const std::lock_guard lock(mutex_);
    return batches_.empty() ? nullptr : batches_.front().batch;
  }

 private:
  struct Held {
    SharedStored batch;
    std::uint64_t end_bytes = 0;  // Of all batches so far.
  };
  std::deque<Held>::const_iterator holder(Seq seq) const {
    return std::partition_point(batches_.begin(), batches_.end(),
                                [&](const Held& held) { return held.batch->next <= seq; });
  }
  std::size_t held() const { return static_cast<std::size_t>(end_bytes_ - begin_bytes_); }
  std::size_t bytes_above(Seq seq) const {
    const auto first = holder(seq);
    if (first == batches_.end()) return 0;
    return static_cast<std::size_t>(end_bytes_ - first->end_bytes) + first->batch->memory_bytes;
  }
  // Who is behind the edge reads from disk, and nothing here is for him.
  Seq needed_from() const {
    Seq needed = batches_.back().batch->next;
    for (const ReadingPlace* reader : readers_) {
      const Seq position = reader->seq.load(std::memory_order_relaxed);
      if (position >= first_.load(std::memory_order_relaxed)) needed = std::min(needed, position);
    }
    return needed;
  }
  void drop_front() {
    begin_bytes_ = batches_.front().end_bytes;
    first_.store(batches_.front().batch->next, std::memory_order_release);
    batches_.pop_front();
  }

  const std::size_t bytes_max_, bytes_kept_;
  mutable std::mutex mutex_;
  std::deque<Held> batches_;
  std::vector<const ReadingPlace*> readers_;
  std::uint64_t begin_bytes_ = 0, end_bytes_ = 0;
  std::atomic<Seq> first_;
};

}  // namespace tt::tunnel
