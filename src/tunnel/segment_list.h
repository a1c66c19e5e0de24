// SegmentList: the segments of the log in order, shared by the writer, readers and retention.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include "tunnel/segment.h"

namespace tt::tunnel {

/// Thread safe. A segment that left the list stays readable for who holds it.
class SegmentList {
 public:
  void add(SharedSegment segment) {
    const std::lock_guard lock(mutex_);
    segments_.push_back(std::move(segment));
  }
  /// The segment that holds `seq` or, when it is gone, the first one after; null when empty.
  SharedSegment find(Seq seq) const {
    const std::lock_guard lock(mutex_);
    const auto after =
        std::partition_point(segments_.begin(), segments_.end(),
                             [&](const SharedSegment& s) { return s->header.base_seq <= seq; });
    if (segments_.empty()) return nullptr;
    return after == segments_.begin() ? segments_.front() : *std::prev(after);
  }
  /// The segment after `segment`, null for the last one.
  SharedSegment next_of(const Segment& segment) const {
    const std::lock_guard lock(mutex_);
    const auto after = std::partition_point(
        segments_.begin(), segments_.end(),
        [&](const SharedSegment& s) { return s->header.base_seq <= segment.header.base_seq; });
    return after == segments_.end() ? nullptr : *after;
  }
  std::vector<SharedSegment> all() const {
    const std::lock_guard lock(mutex_);
    return segments_;
  }
  /// Takes the oldest out, which must be `segment`.
  void remove_front(const Segment& segment) {
    const std::lock_guard lock(mutex_);
    TT_ASSERT(!segments_.empty() && segments_.front().get() == &segment);
    segments_.erase(segments_.begin());
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return segments_.size();
  }
  /// About how many bytes of records stand at or after `seq`.
  std::uint64_t bytes_from(Seq seq) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (auto at = segments_.rbegin(); at != segments_.rend(); ++at) {
      const std::uint64_t begin = (*at)->before_seq(seq).position;
      sum += (*at)->end.load(std::memory_order_relaxed) - begin;
      if ((*at)->header.base_seq <= seq) break;
    }
    return sum;
  }
  std::uint64_t file_bytes() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const SharedSegment& s : segments_) sum += s->file_bytes.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<SharedSegment> segments_;
};

}  // namespace tt::tunnel
