// Retiring segments: oldest first, as long as each one may go.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/retention.h"

#include <utility>
#include <vector>

namespace tt::tunnel {

Status trim_segments(LogView& log, SegmentPool& pool, const RetentionLimits& limits) {
  std::vector<SharedSegment> segments = log.segments.all();
  std::uint64_t bytes = log.segments.file_bytes();
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const SegmentHeader& after = segments[i + 1]->header;
    const bool is_settled = after.base_seq <= limits.settled_below;
    // The next segment was made after the last event here was received.
    const bool is_old = after.created_ns != 0 && after.created_ns < limits.received_before_ns;
    if (!segments[i]->is_sealed || !is_settled || (!is_old && bytes <= limits.keep_bytes)) break;
    bytes -= segments[i]->file_bytes.load();
    log.segments.remove_front(*segments[i]);
    TT_CHECK(pool.retire(std::exchange(segments[i], nullptr)));
  }
  return {};
}

}  // namespace tt::tunnel
