// LogWriter: frames groups of records into one buffer and writes them; seals and opens segments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tunnel/keyed_request.h"
#include "tunnel/record_format.h"
#include "tunnel/seal.h"
#include "tunnel/segment.h"
#include "tunnel/segment_list.h"
#include "tunnel/segment_pool.h"

namespace tt::tunnel {

/// Where writing goes on after recovery.
struct WriteState {
  LogEnd end;
  SharedSegment active;            ///< Null: the last segment is sealed, or there is none.
  std::uint64_t position = 0;      ///< In `active`.
  SegmentTotals totals;            ///< Of `active`.
  std::vector<KeyedRequest> keys;  ///< Of `active`.
  Seq last_end_seq = 1;            ///< Of the last sealed segment when `active` is null.
  std::uint64_t last_end_position = 0;
  std::uint64_t last_number = 0;  ///< Of the newest segment.
};

/// The only writer of segments; belongs to one thread at a time. A failed write is undone, so that
/// kRetry leaves the log as it was before prepare(); any other error is the end of this writer.
class LogWriter {
 public:
  LogWriter(const LogIdentity& identity, SegmentList& segments, SegmentPool& pool, Clock& clock,
            std::uint64_t segment_bytes, WriteState state);

  Seq next_seq() const { return next_seq_; }
  /// Events up to `seq` are lost: readers see a hole before what is written next.
  void lose_to(Seq seq) { next_seq_ = std::max(next_seq_, seq); }
  /// A start: the next group, whenever it can be written, begins with a start marker and goes on at
  /// `seq`; seqs below were perhaps given to events that nobody has.
  void start_at(Seq seq) { start_at_ = seq; }
  /// Receive time of the group: the clock, but never going back.
  WallNs group_time_ns() const { return group_ns_; }

  /// Whether prepare() of as many bytes goes on in the active segment: no seal, no sync.
  bool has_room_for(std::uint64_t bytes) const { return active_ && !start_at_ && fits(bytes); }
  /// Begins a group of at most `bytes` (sum of record_bytes). Opens the next segment when they do
  /// not fit; what readers may see of the old one is published then.
  Status prepare(std::uint64_t bytes);
  /// Adds an event; its body is the three parts in a row. Returns its seq.
  Seq add_event(std::string_view fields_length, std::string_view fields, std::string_view json);
  void add(RecordType type, std::uint16_t flags, std::string_view body = {});
  void note_key(KeyedRequest request) { group_keys_.push_back(std::move(request)); }
  /// Writes the group with one call.
  Status write();
  /// Makes everything written durable; kReject or so on failure: never try again.
  Status sync();
  /// Lets readers see everything written.
  void publish();

  /// A part of the active segment.
  struct Written {
    SharedSegment segment;
    std::uint64_t begin = 0, end = 0;
  };
  /// What was written since the last call; nothing while it is small.
  std::optional<Written> take_written();
  /// What is not known to be durable. A thread that has not the writer may sync it, with
  /// sync_file(); note_synced() tells the outcome to the writer.
  Written unsynced() const { return {active_, synced_, position_}; }
  static Status sync_file(File& file);
  void note_synced(const Written& part);
  bool is_dirty() const { return active_ && synced_ < position_; }
  std::uint64_t group_bytes() const { return used_; }
  /// The active segment is half full and took its time: a spare is worth writing. When segments
  /// fill faster, groups are large, syncs are few, and zeros would only halve the disk's bandwidth.
  bool wants_spare() const {
    return active_ && position_ * 2 >= segment_bytes_ &&
           clock_.steady_ns() - opened_ns_ >= kSpareAfterNs;
  }

 private:
  static constexpr std::int64_t kSpareAfterNs = 2 * kNsPerSec;
  bool fits(std::uint64_t bytes) const;
  void begin_group(std::uint64_t bytes);
  char* reserve(std::uint64_t bytes);
  void finish_record(char* at, Frame frame);
  Status seal();
  Status open_next();
  Status undo(Error cause);

  const LogIdentity& identity_;
  SegmentList& segments_;
  SegmentPool& pool_;
  Clock& clock_;
  const std::uint64_t segment_bytes_;

  SharedSegment active_;
  SteadyNs opened_ns_ = 0;      // When the active segment was made by this process.
  std::uint64_t position_ = 0;  // End of what was written.
  std::uint64_t synced_ = 0;    // End of what is durable.
  std::uint64_t taken_ = 0;     // End of what take_written() has given.
  Seq next_seq_ = 1;
  Seq start_at_ = 0;        // The start marker that is not written yet; 0: none.
  bool has_start_ = false;  // The open group has it.
  WallNs last_ns_ = 0;
  std::uint32_t prev_header_crc_ = 0;
  SegmentTotals totals_;
  std::vector<KeyedRequest> keys_;
  Seq last_end_seq_ = 1;
  std::uint64_t last_end_position_ = 0;
  std::uint64_t last_number_ = 0;

  // The open group: state to return to, and the frames.
  struct Saved {
    Seq next_seq;
    std::uint32_t prev_header_crc;
    SegmentTotals totals;
  } saved_{};
  WallNs group_ns_ = 0;
  std::vector<KeyedRequest> group_keys_;
  std::unique_ptr<char[]> buffer_;
  std::uint64_t buffer_bytes_ = 0;
  std::uint64_t used_ = 0;
};

}  // namespace tt::tunnel
