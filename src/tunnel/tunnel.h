// The tunnel: one append-only log of events, read by every exit at its own pace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "event/event.h"
#include "tunnel/attempts.h"
#include "tunnel/dead_letters.h"

namespace tt::tunnel {

/// Name of an event in its log: rises with every event, is never used twice, may have holes.
using Seq = std::uint64_t;

/// What a 2xx is worth. Each level includes the ones before.
enum class AckLevel : std::uint8_t {
  kMemory,   ///< Nothing survives the process.
  kWritten,  ///< Survives kill -9.
  kDisk,     ///< fdatasync returned: survives a power cut.
};
std::string_view to_string(AckLevel level);  ///< "memory", "written", "disk".

/// What the tunnel knows of an event beside the event.
struct Meta {
  Seq seq = 0;
  WallNs received_ns = 0;  ///< Server clock, never decreasing with seq.
  std::string_view entry;  ///< Name of the entry portal.
  std::string_view key;    ///< Idempotency key's hash bytes (16), or empty.
};

/// `<log>-<seq>`: the log's 8 hexadecimal digits and the seq in decimal.
std::string format_id(std::string_view log, Seq seq);
/// The seq of an id of this log; nothing for another log or another form.
std::optional<Seq> parse_id(std::string_view log, std::string_view id);

struct StoredEvent {
  Meta meta;
  event::EventView event;
};

/// Events that damage on disk took: seqs in [first, next), at most; jumps may be among them.
struct Gap {
  Seq first = 0, next = 0;
};

/// Events in seq order, borrowed from memory that the batch keeps alive. Shared by all readers. May
/// hold no event at all: then only `next` (and `gaps`) matter.
class StoredBatch {
 public:
  virtual ~StoredBatch() = default;
  std::span<const StoredEvent> events() const { return events_; }
  /// Seqs of this batch are within [first, next): a reader goes on at `next`, holes included.
  Seq first = 0, next = 0;
  std::size_t memory_bytes = 0;
  std::vector<Gap> gaps;  ///< Within [first, next): each exit owes one dead letter `gap` for each.

 protected:
  std::vector<StoredEvent> events_;
};
using SharedStored = std::shared_ptr<const StoredBatch>;

struct AppendRequest {
  event::SharedBatch events;  ///< At least one event.
  std::string entry;
  std::string idempotency_key;  ///< As the sender wrote it; empty: none.
  AckLevel level = AckLevel::kDisk;
};

struct Appended {
  Status status;  ///< kRetry: space ran out or the tunnel is full; kStopped: closing.
  Seq first = 0;  ///< The events of one request get consecutive seqs.
  std::uint32_t count = 0;
  AckLevel level = AckLevel::kDisk;
  bool is_repeat = false;  ///< The key was known: ids are those answered before.
};

/// Where a new exit begins.
struct Start {
  enum class Kind : std::uint8_t { kLatest, kEarliest, kAge, kSeq } kind = Kind::kLatest;
  std::int64_t age_ns = 0;
  Seq seq = 0;  ///< kSeq: there, or at the oldest event that is kept.
};

/// What an exit is done with: everything below `low`, and ranges [first, second) above it.
struct Settled {
  Seq low = 0;
  std::vector<std::pair<Seq, Seq>> ranges;
};

/// One exit's reading position and its durable cursor. The reading calls (next, at_edge, position,
/// seek, rewind) come from one thread at a time, the others from any.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The next batch at or after the reading position, of at most about `bytes_max`, up to the
  /// visible mark; null at the mark. From memory at the edge, else from disk (this blocks: the
  /// caller reads behind the edge on a pool thread; `at_edge()` tells).
  virtual Result<SharedStored> next(std::size_t bytes_max) = 0;
  virtual bool at_edge() const = 0;
  virtual Seq position() const = 0;  ///< Next seq that next() will look at.
  virtual void seek(Seq seq) = 0;    ///< Moves the reading position only.

  /// Everything below is decided (delivered, filtered or dead); settle() tells when durably so.
  virtual Seq cursor() const = 0;
  /// Where the exit began when it was new, or was taken back to since; what is below was never its
  /// business. 0: not known.
  virtual Seq start() const = 0;
  /// Marks [first, last] as decided, in any order; the cursor follows when the gap closes. Durable
  /// 100 ms and a sync later.
  virtual void settle(Seq first, Seq last) = 0;
  virtual bool is_settled(Seq seq) const = 0;
  virtual Settled settled() const = 0;  ///< All of it, as of one moment.
  /// Cursor and position go to `seq`, back or on, oldest at least; nothing above stays settled.
  virtual Status rewind(Seq seq) = 0;  ///< Durable on return; after kRetry it holds, durable later.
};

/// How the tunnel was left before it was opened this time.
enum class LastStop : std::uint8_t { kNone, kClean, kUnclean };
std::string_view to_string(LastStop stop);  ///< "none" (a new log), "clean", "unclean".

struct TunnelStatus {
  Seq oldest = 0;                   ///< Lowest seq kept.
  Seq visible = 0;                  ///< Exits read below this: one past the newest visible event.
  std::uint64_t visible_total = 0;  ///< Events that became visible since start: as of `visible`.
  std::uint64_t disk_bytes = 0;
  std::uint64_t segment_count = 0;
  bool is_full = false;              ///< Intake is refused until space returns.
  std::uint64_t accepted_total = 0;  ///< Since start, without repeats.
  LastStop last_stop = LastStop::kNone;
  std::uint64_t damages = 0;  ///< Found since start: stretches of bytes that were not as written.
};

/// Scans without a cursor: search, tail, why. One thread at a time.
class Scan {
 public:
  virtual ~Scan() = default;
  virtual Result<SharedStored> next(std::size_t bytes_max) = 0;  ///< Null at the visible mark.
};

/// Thread safe unless said otherwise. Readers and scans end before their tunnel. Implementations:
/// disk and memory; both pass the same contract tests.
class Tunnel {
 public:
  virtual ~Tunnel() = default;  ///< close().

  /// Queues the events for the next group. `done` is called exactly once, on the committer's
  /// thread (after close(): on the caller's), once the level asked for holds, or with the error; it
  /// must not block. A request whose idempotency key is still being synced is answered with that
  /// one.
  virtual void append(AppendRequest request, std::function<void(Appended)> done) = 0;

  /// Opens the cursor of an exit, new ones at `start`, durable on return. One reader an exit.
  virtual Result<std::unique_ptr<Reader>> open(std::string_view exit, Start start) = 0;
  /// Names of cursors without an open reader; `forget` removes one, `adopt` renames (`was:`).
  virtual std::vector<std::string> orphans() const = 0;
  virtual Status forget(std::string_view exit) = 0;
  virtual Status adopt(std::string_view old_exit, std::string_view exit) = 0;

  virtual std::unique_ptr<Scan> scan(Seq from) = 0;
  /// Lowest kept seq whose event was received at or after `time_ns` (index: may be a little early).
  virtual Seq seek_time(WallNs time_ns) = 0;
  /// Called (on the committer's thread) whenever the visible mark has moved.
  virtual void on_visible(std::function<void()> wake) = 0;

  virtual AckLevel ack_level() const = 0;       ///< The best level this implementation can honour.
  virtual std::string_view log_id() const = 0;  ///< 8 hexadecimal digits.
  virtual TunnelStatus status() const = 0;
  /// At most how many events are in [from, until): seqs that a start after a crash left out are not
  /// counted.
  virtual std::uint64_t count(Seq from, Seq until) const = 0;
  /// About how many bytes of the log stand at or after `seq`, to about 1 MiB where the log was
  /// written or read since the start, else to a segment.
  virtual std::uint64_t bytes_from(Seq seq) const = 0;
  /// Removes or recycles segments that every cursor has passed and that are older than
  /// `keep_for_ns` or above `keep_bytes`.
  virtual Status trim(std::int64_t keep_for_ns, std::uint64_t keep_bytes) = 0;

  virtual DeadLetters& dead_letters() = 0;
  virtual Attempts& attempts() = 0;

  /// Makes everything durable (records, cursors, a clean-stop mark) and refuses further appends.
  virtual Status close() = 0;
};

}  // namespace tt::tunnel
