// SelfEvents: what the router has to say about itself, as events that rules route like any other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "event/writer.h"
#include "pipeline/loop.h"
#include "pipeline/self_kinds.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Every part of the daemon reports here; the events go to the tunnel under the entry `self`
/// (self_kinds.h lists them). Thread safe; a report never blocks and may be made before open():
/// it waits then.
///
/// No storm comes of it, whoever is told of whose failure: of one thing (the dead letters of an
/// exit, its being down, its lag, ...) at most one event a minute is written, with the newest
/// reason and the count of reports; going down and coming up may follow each other at once. What
/// does not fit kSelfReportsMax is counted in `tt_self_events_dropped_total`.
///
/// What fires and is over later (exit, lag, disk, reload) has one `alert_key` and `alert_state`.
class SelfEvents {
 public:
  static constexpr int kLagPercentMin = 70;  ///< From here on lag() warns.

  SelfEvents(Clock& clock, Metrics& metrics);

  /// What was and is reported goes to the tunnel from now on. Both live until close().
  void open(Loop& loop, tunnel::Tunnel& tunnel);
  /// Nothing is appended any more; from the thread that has stopped the loop.
  void close();
  /// `self: false` in the configuration: reports are ignored.
  void enable(bool is_enabled);
  bool is_appending() const { return is_appending_.load(); }
  std::uint64_t appended() const { return appended_.value(); }  ///< Events, since start.

  /// The exit answers so that nothing is sent but probes. Texts called `why` are for people,
  /// without secrets.
  void exit_down(std::string_view exit, std::string_view why);
  /// It took an event again, or none is sent to it any more.
  void exit_up(std::string_view exit, std::int64_t down_seconds);
  void exit_removed(std::string_view exit);
  /// One event became the exit's dead letter of this number. What is told later is told only if
  /// letters of it are left then.
  void dead_letter(std::string_view exit, std::uint64_t number, std::string_view why);
  /// `was` has carried cursor and letters over: what waits to be told of these goes with them.
  void renamed(std::string_view was, const std::string& exit);
  /// Events [first, next) will not come to the exit.
  void gap(std::string_view exit, tunnel::Seq first, tunnel::Seq next, std::string_view why);
  /// How much of its `max_lag` an exit has used; call as often as you like, also with little.
  void lag(std::string_view exit, int percent);

  enum class Space : std::uint8_t { kEnough, kLow, kFull };
  void disk(Space space, std::uint64_t free_bytes);
  void reload_failed(std::string_view why);
  void reload_applied(std::uint64_t generation);
  void damage(std::string_view what);
  /// `previous_stop`: clean, unclean or none.
  void started(std::string_view version, std::uint64_t generation, std::string_view previous_stop);
  /// An operator did `action` (a word of the kind `audit:*`) to `target` ("exit chat").
  void audit(std::string_view action, std::string_view target);

 private:
  static constexpr std::string_view kFiring = "firing", kResolved = "resolved";
  static constexpr const char* kLetterTopic = "dead-letter:";  // Before the exit's name.
  struct Report {
    std::string kind;  // Without "urn:time-tunnel:".
    std::string exit;  // Of which it tells; empty: of none.
    std::string_view severity;
    std::string message;           // Of an exit: what comes after its name.
    std::string_view alert_state;  // Empty: no alert.
    std::vector<std::pair<std::string_view, std::string>> texts;
    std::vector<std::pair<std::string_view, std::uint64_t>> numbers;
    std::uint64_t letter = 0;  // Number of a dead letter; 0: it is about none.
  };
  /// One thing about which not everything is said.
  struct Topic {
    Report newest;
    std::uint64_t count = 0;         // Reports not told yet; 0: nothing is to be said.
    std::uint64_t first_letter = 0;  // Of these.
    std::uint64_t left = 0;          // Of the letters from there on, when it was told.
    std::string_view said_state, said_severity;
    SteadyNs budget_ns = 0;  // Each event moves it on by a minute; far ahead of now means wait.
  };

  void add(Report report);
  void collect(std::string topic, Report report);
  void wake();
  static bool is_news(const Topic& topic);
  static std::string beside_message(const Topic& told);
  std::uint64_t letters_left(const Topic& topic) const;
  void take_due(SteadyNs now, std::vector<std::pair<std::string, Topic>>& due);

  // Loop's thread.
  void say();
  void write(event::EventWriter& writer, const std::string& topic, const Topic& told);
  void append();
  void on_appended(const tunnel::Appended& appended);
  void say_at(SteadyNs due_ns);

  Clock& clock_;
  Counter& appended_;
  Counter& dropped_;

  std::mutex mutex_;  // Guards the next block.
  Loop* loop_ = nullptr;
  bool is_enabled_ = true;
  bool is_woken_ = false;
  std::deque<Report> waiting_;  // Each is said.
  std::map<std::string, Topic, std::less<>> topics_;

  // Loop's thread alone, once open.
  tunnel::Tunnel* tunnel_ = nullptr;
  std::string source_;
  event::SharedBatch unsaid_;  // On its way, or waits for room in the tunnel.
  std::atomic<bool> is_appending_{false};
  Loop::TimerId timer_ = 0;
  SteadyNs timer_due_ns_ = 0;
};

}  // namespace tt::pipeline
