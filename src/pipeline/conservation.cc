// The account of one exit: counts where they arise, the rest from the cursor.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/conservation.h"

#include <algorithm>

#include "base/metric_table.h"

namespace tt::pipeline {
namespace {

Counter& result_counter(Metrics& metrics, bool replays, const std::string& exit,
                        const char* result) {
  const Labels labels = {{"exit", exit}, {"result", result}};
  return replays ? counter(metrics, "tt_replay_events_total", labels)
                 : counter(metrics, "tt_exit_events_total", labels);
}

}  // namespace

Conservation::Conservation(Metrics& metrics, Clock& clock, const tunnel::Tunnel& tunnel,
                           const tunnel::Reader& reader, const std::string& exit,
                           std::optional<tunnel::Seq> replay_until)
    : clock_(clock),
      tunnel_(tunnel),
      reader_(reader),
      replay_until_(replay_until),
      delivered_(result_counter(metrics, replay_until.has_value(), exit, "delivered")),
      filtered_(result_counter(metrics, replay_until.has_value(), exit, "filtered")),
      dead_(result_counter(metrics, replay_until.has_value(), exit, "dead")),
      accepted_(replay_until ? counter(metrics, "tt_replay_accepted_events_total", {{"exit", exit}})
                             : counter(metrics, "tt_exit_accepted_events_total", {{"exit", exit}})),
      pending_(replay_until ? gauge(metrics, "tt_replay_pending_events", {{"exit", exit}})
                            : gauge(metrics, "tt_exit_pending_events", {{"exit", exit}})) {
  // Noise control comes later: until then it has no event.
  result_counter(metrics, replay_until.has_value(), exit, "suppressed");
  begin_epoch();
}

void Conservation::begin_epoch() {
  const tunnel::TunnelStatus now = tunnel_.status();
  epoch_ = {.since_ns = clock_.wall_ns()};
  given_ = count_unsettled(tunnel_, reader_.settled(), 0, end(now));
  visible_before_ = now.visible_total;
  unsynced_ = 0;
  accepted_shown_ = given_;
  // The metrics go on: what an earlier epoch left pending has been accepted already. Of an exit
  // that was forgotten and came back, a person has given up what was pending.
  const std::uint64_t before = accepted_.value();
  const std::uint64_t wanted = delivered_.value() + filtered_.value() + dead_.value() + given_;
  if (wanted >= before)
    accepted_.add(wanted - before);
  else
    dead_.add(before - wanted);
  show();
}

void Conservation::count(const Decided& events) {
  epoch_.delivered += events.delivered;
  epoch_.filtered += events.filtered;
  epoch_.dead += events.dead;
  delivered_.add(events.delivered);
  filtered_.add(events.filtered);
  dead_.add(events.dead);
}

void Conservation::decided(const Decided& events) { count(events); }

void Conservation::written(const Decided& events) {
  count(events);
  unsynced_ += events.total();
}

void Conservation::lost(const Decided& events) {
  unsynced_ -= events.total();
  given_ += events.total();
}

Balance Conservation::balance() const {
  const tunnel::TunnelStatus now = tunnel_.status();
  Balance balance = epoch_;
  balance.accepted = given_ + (replay_until_ ? 0 : now.visible_total - visible_before_);
  const std::uint64_t unsettled = count_unsettled(tunnel_, reader_.settled(), 0, end(now));
  balance.pending = unsettled - std::min(unsettled, unsynced_);
  return balance;
}

void Conservation::show() {
  const Balance now = balance();
  accepted_.add(now.accepted - accepted_shown_);
  accepted_shown_ = now.accepted;
  pending_.set(static_cast<std::int64_t>(now.pending));
}

std::uint64_t count_unsettled(const tunnel::Tunnel& tunnel, const tunnel::Settled& settled,
                              tunnel::Seq from, tunnel::Seq until) {
  from = std::max(from, settled.low);
  std::uint64_t events = tunnel.count(from, until);
  for (const auto& [first, end] : settled.ranges)
    events -= tunnel.count(std::max(first, from), std::min(end, until));
  return events;
}

}  // namespace tt::pipeline
