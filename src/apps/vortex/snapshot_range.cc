// Ids, seqs, durations and times, told apart by their form.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/snapshot_range.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::vortex {
namespace {

Status parse_end(const std::string& text, std::string_view log_id, tunnel::Seq& seq,
                 WallNs& time_ns) {
  if (text.empty()) return {};
  if (const auto id = tunnel::parse_id(log_id, text)) {
    seq = *id;
  } else if (const auto number = parse_u64(text)) {
    seq = *number;
  } else if (const auto ago = parse_duration_ns(text)) {
    time_ns = system_clock().wall_ns() - *ago;
  } else if (const auto time = parse_time(text)) {
    time_ns = *time;
  } else {
    return reject("`" + text +
                  "` is no duration (2h), no time (2026-01-31T12:00:00Z), no seq and " +
                  "no event id of this log (" + std::string(log_id) + "-NUMBER)");
  }
  return {};
}

}  // namespace

Result<tunnel::SnapshotRange> parse_range(const std::string& since, const std::string& until,
                                          std::string_view log_id) {
  tunnel::SnapshotRange range;
  TT_CHECK(parse_end(since, log_id, range.from, range.since_ns));
  TT_CHECK(parse_end(until, log_id, range.until, range.until_ns));
  return range;
}

}  // namespace tt::vortex
