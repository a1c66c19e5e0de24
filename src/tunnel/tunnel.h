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
#include "tunnel/event_id.h"

namespace tt::tunnel {

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
  bool may_block = true;  ///< False on a thread that readers need: another one writes it.
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

/// One exit's reading position and its durable cursor. The reading calls (next, next_in_memory,
/// read_ahead, at_edge, position, seek, rewind) come from one thread at a time, the others from
/// any.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The next batch at or after the reading position, of at most about `bytes_max`, up to the
  /// visible mark; null at the mark. Behind the edge it comes from disk, which blocks.
  virtual Result<SharedStored> next(std::size_t bytes_max) = 0;
  /// The same where it is at the edge, or was just read for another exit; else null. Never blocks.
  virtual SharedStored next_in_memory() = 0;
  /// Work for a pool thread that reads what is next into memory, before next() is called; null when
  /// somebody does that already, or at the edge. The reader may go on meanwhile.
  virtual std::function<void()> read_ahead(std::size_t bytes_max) = 0;
  virtual bool at_edge() const = 0;
  virtual Seq position() const = 0;  ///< Next seq that next() will look at.
  virtual void seek(Seq seq) = 0;    ///< Moves the reading position only.
  /// Nothing but this machine holds it up: its thread comes back to it at once, or its exit writes
  /// to a local file. Before what it reads next leaves memory, who appends much waits a moment.
  virtual void set_at_work(bool is_at_work) = 0;

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

  /// Queues the events for the next group. `done` is called exactly once, on the thread that
  /// commits, which may be the caller's, before this returns; once the level asked for holds, or
  /// with the error. It must not block. A request whose idempotency key is still being synced is
  /// answered with that one.
  virtual void append(AppendRequest request, std::function<void(Appended)> done) = 0;

  /// Opens the cursor of an exit, new ones at `start`, durable on return. One reader an exit.
  virtual Result<std::unique_ptr<Reader>> open(std::string_view exit, Start start) = 0;
  /// Names of cursors without an open reader; `forget` removes one.
  virtual std::vector<std::string> orphans() const = 0;
  virtual Status forget(std::string_view exit) = 0;
  /// Renames cursor and letters (`was:`), durably. kRetry: of an open one the cursor alone, so far.
  virtual Status adopt(std::string_view old_exit, std::string_view exit) = 0;

  virtual std::unique_ptr<Scan> scan(Seq from) = 0;
  /// Lowest kept seq whose event was received at or after `time_ns` (index: may be a little early).
  virtual Seq seek_time(WallNs time_ns) = 0;
  /// Called (on the thread that commits) whenever the visible mark has moved.
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
