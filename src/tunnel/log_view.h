// LogView: what readers share of the log: segments, the edge, and how far they may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>

#include "tunnel/edge.h"
#include "tunnel/record_scanner.h"
#include "tunnel/segment_list.h"

namespace tt::tunnel {

/// Thread safe. The committer publishes in this order: the segment's end, the edge, the mark.
struct LogView {
  LogView(std::size_t edge_bytes, Seq next_seq) : edge(edge_bytes, next_seq), visible(next_seq) {}

  SegmentList segments;
  Edge edge;
  std::atomic<Seq> visible;  ///< One past the newest event that readers may see.
  /// Called once for each damage that a reader meets; thread safe; may be empty.
  std::function<void(Segment&, const Damage&)> on_damage;

  /// Lowest seq kept.
  Seq oldest() const {
    const SharedSegment first = segments.find(0);
    return first ? first->header.base_seq : visible.load(std::memory_order_acquire);
  }
};

}  // namespace tt::tunnel
