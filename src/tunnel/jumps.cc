// Jumps stand in the headers of segments and in their start markers.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/jumps.h"

#include <algorithm>

#include "tunnel/seal.h"
#include "tunnel/tail_scan.h"

namespace tt::tunnel {

std::uint64_t Jumps::count(Seq from, Seq until) const {
  if (until <= from) return 0;
  std::uint64_t count = until - from;
  for (const Gap& range : ranges_) {
    const Seq first = std::max(range.first, from), next = std::min(range.next, until);
    if (first < next) count -= next - first;
  }
  return count;
}

void find_jumps(std::span<const SharedSegment> segments, Seq from, Jumps& jumps) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentHeader& header = segments[i]->header;
    jumps.add(header.prev_end_seq, header.base_seq);
    if (i + 1 == segments.size()) break;
    const Seq end = segments[i + 1]->header.prev_end_seq;
    if (end <= from) continue;
    const auto totals = read_seal(*segments[i]);
    if (totals && totals->events == end - header.base_seq) continue;
    // What cannot be read is not known; events are "at most" so many then.
    if (const auto scan = scan_tail(*segments[i]); scan.ok())
      for (const Gap& jump : scan->jumps) jumps.add(jump.first, jump.next);
  }
}

}  // namespace tt::tunnel
