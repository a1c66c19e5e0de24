// EventReader: events from segments on disk, from any seq on, across segment borders and damage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "tunnel/log_view.h"
#include "tunnel/record_scanner.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Reads what is published. Not thread safe; holds the segment it reads.
class EventReader {
 public:
  explicit EventReader(LogView& log) : log_(log) {}
  /// Events from `seq` on, about `bytes_max` of them, below `visible`; the batch may be empty but
  /// its `next` is beyond `seq`. Blocks on the disk.
  Result<SharedStored> read(Seq seq, Seq visible, std::size_t bytes_max);
  /// Seq of the first event received at `time_ns` or later; `visible` when none.
  Result<Seq> find_time(WallNs time_ns, Seq visible);
  /// Where read() goes on without looking for the place; 0: nowhere.
  Seq next_seq() const { return next_seq_; }

 private:
  void locate(Seq seq);
  void enter(SharedSegment segment, std::uint64_t position, Seq expected);
  Result<std::optional<Record>> next_record();
  void lose(const Damage& damage);

  LogView& log_;
  SharedSegment segment_;
  std::unique_ptr<RecordScanner> scanner_;
  bool is_after_seal_ = false;  // The last record was the seal: nothing is missing behind it.
  Seq next_seq_ = 0;
  std::vector<Gap> gaps_;
  event::EventBatch::Sizes last_sizes_;  // The next batch will be much like the last.
};

/// Meta and text of an event record; nothing when the body is not in that form.
struct EventBody {
  std::string_view entry, key, json;
  std::uint32_t request_count = 0;  ///< 0: not the first of a request with a key.
};
std::optional<EventBody> parse_event_body(std::string_view body);

}  // namespace tt::tunnel
