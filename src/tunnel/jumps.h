// Jumps: the seqs that starts after a crash leave out, so that nobody counts them as events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tunnel/segment.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Ranges of seqs that no event ever had. Lost events are none of them: they had theirs.
class Jumps {
 public:
  void add(Seq begin, Seq end) {
    if (begin < end) ranges_.push_back({begin, end});
  }
  /// How many of [from, until) may be events.
  std::uint64_t count(Seq from, Seq until) const;

 private:
  std::vector<Gap> ranges_;
};

/// Adds the jumps between the segments, and those within all but the last of them that reach beyond
/// `from`: a start goes on in the segment that it finds. A seal that counts an event for each seq
/// spares reading its segment.
void find_jumps(std::span<const SharedSegment> segments, Seq from, Jumps& jumps);

}  // namespace tt::tunnel
