// AlertMemory: what is known of each alert, so that what senders repeat is stored once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "event/event.h"
#include "portals/kit/entry.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Prometheus tells of an alert each minute as long as it fires. The tunnel gets an event when an
/// alert is new, changes its severity, is resolved, or is told of no more when it should be.
///
/// The tunnel is the truth: what is known is what its events say. encode() and decode() keep a copy
/// as of one seq, fold() brings it up to date, so a crash between the two loses nothing. Thread
/// safe.
class AlertMemory {
 public:
  /// What is known of one alert.
  struct Alert {
    std::string state, severity;  ///< As in its last event.
    WallNs stored_ns = 0;         ///< When that was stored.
    WallNs begins_ns = 0;         ///< As its sender says; 0: it does not.
    WallNs ends_ns = 0;           ///< Firing: over then, without news; 0: never.
    std::string event;            ///< Firing: JSON of its last event, without `raw.*`.
  };
  /// Alerts that became known with events which are on their way to the tunnel. What others tell of
  /// them meanwhile is news, too: nobody hears yes before it is stored.
  struct Ticket {
    std::uint64_t number = 0;
    std::vector<std::string> keys;
  };

  /// Takes from the events of this request those that say nothing new.
  Ticket take_news(const std::string& entry, const portals::AlertTelling& telling,
                   portals::EntryEvents& events, WallNs now_ns);
  /// They are stored; or not: then it is as if nobody had told of them.
  void settle(const std::string& entry, const Ticket& ticket, bool is_stored);

  struct Ended {
    event::EventBatch events;
    Ticket ticket;
  };
  /// Of firing alerts whose time is over: the events that say so. Forgets what was resolved long
  /// ago, and what nobody has told of for a week.
  std::map<std::string, Ended> take_ended(WallNs now_ns);

  /// An event of the tunnel that came after what decode() brought.
  void fold(const std::string& entry, const portals::AlertTelling& telling,
            const event::EventView& event, WallNs received_ns);
  /// Firing alerts are given until then at least: nobody could tell of them while the daemon was
  /// away.
  void wait_until(WallNs ns);

  /// What is stored as JSON; `seq`: events below are in it.
  std::string encode(tunnel::Seq seq) const;
  /// The seq. kCorrupt when it is no such text; nothing is known then.
  Result<tunnel::Seq> decode(std::string_view text);
  std::uint64_t changes() const;   ///< Rises with each change that encode() shows,
  std::uint64_t renewals() const;  ///< and this one when only ends have moved on.
  std::size_t size() const;

 private:
  struct Known {
    Alert alert;
    WallNs heard_ns = 0;          // When it was told last; at least the start of the daemon.
    std::uint64_t ticket = 0;     // Of the event that is on its way; 0: stored.
    std::optional<Alert> stored;  // What was stored before; with a ticket only.
  };
  using Alerts = std::unordered_map<std::string, Known>;
  static bool is_news(const Known& known, const Alert& told, std::uint64_t ticket,
                      const portals::AlertTelling& telling);
  bool has_room(const std::string& key, const Alert& alert) const;
  void put(Alerts& alerts, const std::string& key, Alert alert, Ticket& ticket);
  void erase(Alerts& alerts, Alerts::iterator known);
  void forget_old(WallNs now_ns);

  mutable std::mutex mutex_;
  std::map<std::string, Alerts> entries_;  // By name of the entry; alerts by `alert_key`.
  std::size_t size_ = 0, bytes_ = 0;
  std::uint64_t changes_ = 0, renewals_ = 0, last_ticket_ = 0;
};

}  // namespace tt::pipeline
