// LogView: what readers share of the log: segments, the edge, and how far they may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>

#include "tunnel/edge.h"
#include "tunnel/record_scanner.h"
#include "tunnel/segment_list.h"

namespace tt::tunnel {

/// Thread safe. The committer publishes in this order: the segment's end, the edge, the mark.
struct LogView {
  static constexpr std::size_t kEdgeBytesKept = 4u << 20;

  LogView(std::size_t edge_bytes, Seq next_seq)
      : edge(edge_bytes, std::min(edge_bytes, kEdgeBytesKept), next_seq), visible(next_seq) {}

  SegmentList segments;
  Edge edge;
  std::atomic<Seq> visible;  ///< One past the newest event that readers may see.
  /// Called once for each damage that a reader meets; thread safe; may be empty.
  std::function<void(Segment&, const Damage&)> on_damage;

  /// How far readers may read, and how many events that made visible since the start: as one.
  struct Mark {
    Seq visible = 0;
    std::uint64_t events = 0;
  };
  /// Before anything is shown: seqs below `seq` are passed over.
  void begin_at(Seq seq) {
    edge.begin_at(seq);
    visible.store(seq, std::memory_order_release);
  }
  void show(Seq next, std::uint64_t events) {
    const std::lock_guard lock(mark_mutex);
    visible_events += events;
    visible.store(next, std::memory_order_release);
  }
  Mark mark() const {
    const std::lock_guard lock(mark_mutex);
    return {visible.load(std::memory_order_relaxed), visible_events};
  }
  mutable std::mutex mark_mutex;  ///< Of show() and mark(); who needs `visible` alone reads that.
  std::uint64_t visible_events = 0;

  /// Lowest seq kept.
  Seq oldest() const {
    const SharedSegment first = segments.find(0);
    return first ? first->header.base_seq : visible.load(std::memory_order_acquire);
  }
};

}  // namespace tt::tunnel
