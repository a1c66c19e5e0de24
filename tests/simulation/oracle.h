// Oracle: knows every event that was sent, what was promised for it, and what each exit got.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portals/kit/common.h"
#include "simulation/trace.h"
#include "tunnel/tunnel.h"

namespace tt::simulation {

/// Of an event, as the senders count them.
using Number = std::uint64_t;

/// How a life of the process ended.
enum class End : std::uint8_t { kStop, kKill, kPowerCut };

/// Outlives every process and is never killed. Every rule that an observation breaks is told by
/// problem(); the first one counts.
class Oracle {
 public:
  Oracle(const Clock& clock, Trace& trace) : clock_(clock), trace_(trace) {}

  /// An exit that gets the events whose `want` holds its letter.
  void add_exit(const std::string& name, char letter, portals::Order order);
  /// Dead processes may repeat what an exit has answered for within this time before their end.
  void set_repeat_window_ns(std::int64_t ns) { repeat_window_ns_ = ns; }

  /// A new event; its number names it from here on.
  Number send(std::string want, tunnel::AckLevel level);
  const std::string& want(Number number) const { return sent_[number].want; }
  /// Which alert it tells of; 0: none.
  std::uint64_t alert(Number number) const { return sent_[number].alert; }
  /// The events from `first` on were acknowledged.
  void acknowledged(Number first, std::size_t count, const tunnel::Appended& appended);
  /// They were refused for now.
  void refused(Number first, std::size_t count);
  bool is_acknowledged(Number number) const { return sent_[number].state == State::kAcknowledged; }
  void ended(End how);

  /// The server behind `exit` has taken this event for good. `is_late`: from a request that nobody
  /// waits for any more.
  void took(std::string_view exit, tunnel::Seq seq, Number number, bool is_late);
  /// The answer to a request with this event has reached the process; status 0: that none came.
  void answered(std::string_view exit, tunnel::Seq seq, Number number, int status);
  /// A replay is judged as an exit of its own, `exit#epoch`, that comes to be with its first
  /// request: it gets what its exit gets, in the same order. At its end: what the exit had answered
  /// for before the replay was begun, of [since, until), has gone again or lies there as a letter.
  void check_replay(std::string_view exit, std::uint64_t epoch, tunnel::Seq since,
                    tunnel::Seq until, SteadyNs begun_ns,
                    const std::map<tunnel::Seq, std::string>& letters);
  /// Events that this replay has brought, each once.
  std::uint64_t brought(std::string_view exit, std::uint64_t epoch);
  /// Somebody asked for these to be sent once more.
  void asked_again(std::string_view exit, tunnel::Seq seq);

  /// At the end: everything owed was taken by its exits, or lies there as a dead letter.
  void check_exit(std::string_view exit, const std::map<tunnel::Seq, std::string>& letters);
  /// The same of an exit that is read as a whole, each event as often as it stands there.
  void check_file(std::string_view exit, const std::vector<std::pair<tunnel::Seq, Number>>& lines,
                  bool may_repeat);
  /// Events that a restart must still know: acknowledged at a level that has survived so far.
  std::vector<std::pair<tunnel::Seq, Number>> owed() const;
  /// Times that the exit has taken any event.
  std::uint64_t taken(std::string_view exit) const { return exits_.find(exit)->second.taken; }
  std::uint64_t acknowledged_count() const;
  std::size_t deaths() const { return deaths_.size(); }
  std::size_t sent_count() const { return sent_.size(); }

  void problem(const std::string& text);
  const std::optional<std::string>& first_problem() const { return problem_; }

 private:
  enum class State : std::uint8_t { kUnknown, kAcknowledged, kRefused };
  struct Sent {
    std::string want;
    tunnel::AckLevel level;
    std::uint64_t alert = 0;
    State state = State::kUnknown;
    bool is_lost = false;  ///< Its level did not survive how a process ended.
    tunnel::Seq seq = 0;
  };
  /// One event at one exit.
  struct Copy {
    std::uint32_t taken = 0;
    std::uint32_t failed = 0;            ///< Attempts whose answer was no success.
    std::uint64_t alert = 0;             ///< Of the event, once an attempt was answered.
    bool was_refused = false;            ///< For good.
    std::optional<SteadyNs> settled_ns;  ///< When a success reached the process.
    bool was_asked_again = false;
  };
  struct Exit {
    std::string name;
    char letter = 0;
    portals::Order order = portals::Order::kTunnel;
    std::map<tunnel::Seq, Copy> copies;
    tunnel::Seq highest = 0;
    std::map<std::uint64_t, tunnel::Seq> newest;  ///< Of each alert.
    std::uint64_t taken = 0;
  };
  Exit& exit(std::string_view name);
  /// This seq is the name of that event and of no other.
  void learn(tunnel::Seq seq, Number number);
  bool may_repeat(const Copy& copy) const;
  /// An earlier event of its alert failed often enough to let others pass, and held it.
  static bool may_have_waited(const Exit& exit, tunnel::Seq seq, std::uint64_t alert);
  bool is_owed_to(const Sent& event, const Exit& exit) const;

  const Clock& clock_;
  Trace& trace_;
  std::int64_t repeat_window_ns_ = 0;
  std::vector<Sent> sent_;
  std::map<std::string, Exit, std::less<>> exits_;
  std::unordered_map<tunnel::Seq, Number> numbers_;
  std::vector<SteadyNs> deaths_;
  std::optional<std::string> problem_;
};

}  // namespace tt::simulation
