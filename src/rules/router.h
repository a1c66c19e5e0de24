// Router: judges events by a ruleset, one bit for each (event, exit); one a thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "event/event.h"
#include "event/writer.h"
#include "rules/exit_bits.h"
#include "rules/ruleset.h"
#include "template/event_scope.h"

namespace tt::rules {

/// An event as rules see it; borrowed for the call.
struct RoutedEvent {
  event::EventView event;
  tmpl::MetaView meta;
};

/// What the deciding rule (with its parents) changes for one exit. Valid until the next call of the
/// Router that made it.
class Delta {
 public:
  Delta() = default;
  /// False: the exit gets the event as it is stored.
  bool changes() const { return !rewrites_.empty(); }
  /// Outermost rule first; see Rewrite::apply. Returns the number of failures.
  std::size_t apply(event::EventWriter& writer, tmpl::HoleFailures* failures = nullptr) const;
  /// The same for callers that hold the event; both have to be those given to Router::delta().
  std::size_t apply(const event::EventView&, const tmpl::MetaView&,
                    event::EventWriter& writer) const {
    return apply(writer);
  }
  /// Null when no rule names the exit for this event, or when none that names it changes events.
  const Rule* rule() const { return rule_; }

 private:
  friend class Router;
  std::span<const Rewrite* const> rewrites_;
  const tmpl::EventScope* scope_ = nullptr;
  const Rule* rule_ = nullptr;
};

/// What the rules make of one event.
struct Decisions {
  /// By exit: the first rule in order that names it; kNoRule: it does not get the event.
  std::vector<std::uint32_t> rule_of_exit;
  std::vector<std::uint32_t>
      matched;  ///< Rules that took the event, in order, with or without `to`.
};

/// Holds a scope and scratch memory, so that routing allocates nothing per event. Not thread safe.
class Router {
 public:
  explicit Router(std::shared_ptr<const Ruleset> ruleset);

  const Ruleset& ruleset() const { return *ruleset_; }
  /// What scopes for this ruleset's templates are made of.
  const tmpl::EventEnvironment& environment() const { return ruleset_->environment(); }

  /// Of route() and route_one(), since the last take_counts().
  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t unrouted = 0;     ///< No exit got them.
    std::uint64_t when_errors = 0;  ///< Evaluations of a `when` that failed: no match.
    std::uint64_t evaluations = 0;  ///< Of a `when`, failed ones included.
  };
  Counts take_counts() { return std::exchange(counts_, {}); }

  /// Judges a batch; `out` gets a row an event and a column an exit.
  void route(std::span<const RoutedEvent> events, ExitBits& out);
  /// One event into row `row` of `out`, which was reset() for enough rows. True when an exit got
  /// it.
  bool route_one(const event::EventView& event, const tmpl::MetaView& meta, ExitBits& out,
                 std::size_t row);
  /// The first rule in order that matches and names the exit; null when none does.
  const Rule* decide(const event::EventView& event, const tmpl::MetaView& meta, std::uint32_t exit);
  /// The same for all exits in one walk. Counts nothing.
  void decide_all(const event::EventView& event, const tmpl::MetaView& meta, Decisions& out);
  /// What that rule changes. Costs nothing where no rule of this exit has `set` or `unset`.
  Delta delta(const event::EventView& event, const tmpl::MetaView& meta, std::size_t exit);

 private:
  template <class OnMatch>
  void walk(const event::EventView& event, const tmpl::MetaView& meta, Counts& counts,
            OnMatch on_match);

  /// A rule, as much of it as routing an event looks at.
  struct Step {
    const cel::Program* when = nullptr;  ///< Null: takes every event.
    std::uint32_t parent = kNoRule;
    std::uint32_t end = 0;
    bool is_final = false;
  };

  std::shared_ptr<const Ruleset> ruleset_;
  tmpl::EventScope scope_;
  Counts counts_;
  std::vector<Step> steps_;
  Candidates candidates_;
  // Serial number of the event for which a rule matched, or for which the list below a rule (0: the
  // outermost) was ended by a final rule. Never cleared: a new event is a new number.
  std::uint64_t serial_ = 0;
  std::vector<std::uint64_t> matched_;
  std::vector<std::uint64_t> ended_;
};

}  // namespace tt::rules
