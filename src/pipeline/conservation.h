// Conservation: the account of one exit, in which every event that it was given must turn up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Events that an exit is done with, by what became of them.
struct Decided {
  std::uint64_t delivered = 0, filtered = 0, dead = 0;
  std::uint64_t total() const { return delivered + filtered + dead; }
};

/// One moment of the account (design.md 6.5).
struct Balance {
  WallNs since_ns = 0;  ///< When the epoch began.
  std::uint64_t accepted = 0, delivered = 0, filtered = 0, suppressed = 0, dead = 0, pending = 0;
  bool holds() const { return accepted == delivered + filtered + suppressed + dead + pending; }
};

/// Three sources that know nothing of each other: `accepted` is counted by the tunnel where events
/// become visible, `pending` follows from the cursor, and the rest is counted one by one where an
/// event is decided. So what is lost on the way, or counted twice, shows.
///
/// An epoch begins at a start of the process and at a rewind, with what is unsettled then as
/// accepted. The metrics count on over epochs. Events in a gap of the log count as dead; they are
/// at most so many. A replay has an account of its own, in metrics `tt_replay_*`: it is given the
/// events of its range when it begins. Belongs to the loop's thread; tunnel and reader outlive it.
class Conservation {
 public:
  Conservation(Metrics& metrics, Clock& clock, const tunnel::Tunnel& tunnel,
               const tunnel::Reader& reader, const std::string& exit,
               std::optional<tunnel::Seq> replay_until = {});

  /// The cursor was moved by other means than a decision.
  void begin_epoch();
  /// Settled in this turn of the loop.
  void decided(const Decided& events);
  /// Decided; the cursor passes them once the exit has synced them: one of the two next calls.
  void written(const Decided& events);
  void synced(const Decided& events) { unsynced_ -= events.total(); }
  /// The sync failed: the exit is given them once more.
  void lost(const Decided& events);

  /// A replay is over: what it left undecided waits for nobody.
  void close() { pending_.set(0); }

  Balance balance() const;
  /// Brings the metrics that are not counted event by event up to date.
  void show();

 private:
  void count(const Decided& events);

  tunnel::Seq end(const tunnel::TunnelStatus& now) const {
    return replay_until_.value_or(now.visible);
  }

  Clock& clock_;
  const tunnel::Tunnel& tunnel_;
  const tunnel::Reader& reader_;
  const std::optional<tunnel::Seq> replay_until_;
  Balance epoch_;                     // Without accepted and pending.
  std::uint64_t given_ = 0;           // Accepted when the epoch began, or given once more.
  std::uint64_t visible_before_ = 0;  // visible_total when it began.
  std::uint64_t accepted_shown_ = 0;  // Of the epoch.
  std::uint64_t unsynced_ = 0;        // Decided, but not settled yet.
  Counter &delivered_, &filtered_, &dead_, &accepted_;
  Gauge& pending_;
};

/// How many events in [from, until) the exit is not done with; at most, as Tunnel::count() says.
std::uint64_t count_unsettled(const tunnel::Tunnel& tunnel, const tunnel::Settled& settled,
                              tunnel::Seq from, tunnel::Seq until);

}  // namespace tt::pipeline
