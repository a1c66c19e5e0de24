// TailScan: reads a whole segment that may not be finished and finds where its records end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "tunnel/keyed_request.h"
#include "tunnel/record_scanner.h"
#include "tunnel/seal.h"
#include "tunnel/segment.h"

namespace tt::tunnel {

struct TailScan {
  LogEnd end;                                 ///< As of the last good record.
  std::uint64_t position = kRecordsBegin;     ///< After the last good record.
  std::uint64_t synced_upto = kRecordsBegin;  ///< Known durable: the highest any record names.
  std::uint64_t traces_end = 0;      ///< Written by this log but not whole, after `position`.
  std::uint64_t unreadable_end = 0;  ///< After `position` the disk refused blocks, up to here.
  SegmentTotals totals;
  std::vector<KeyedRequest> keys;  ///< Requests of which every event is there.
  std::vector<Damage> damages;     ///< Before `position`.
  std::vector<Gap> gaps;           ///< On record here: what somebody has found lost before.
  std::vector<Gap> jumps;          ///< Over seqs that starts left out.
  std::uint64_t records = 0;
  bool is_sealed = false;
  /// The last record is the mark of a clean stop, and all before is durable.
  bool is_clean = false;

  /// Damage that a crash cannot have made: its bytes were durable. Else nobody can tell.
  bool is_rot(const Damage& damage) const { return damage.begin < synced_upto; }
};

Result<TailScan> scan_tail(Segment& segment);
/// The seal at the end of a finished segment; nothing when it cannot be read.
std::optional<SegmentTotals> read_seal(Segment& segment);

}  // namespace tt::tunnel
