// The account of one exit: counts where they arise, the rest from the cursor.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/conservation.h"

#include <algorithm>

namespace tt::pipeline {
namespace {

Counter& result_counter(Metrics& metrics, const std::string& exit, const char* result) {
  return metrics.counter("tt_exit_events_total", "Events of an exit by what became of them",
                         {{"exit", exit}, {"result", result}});
}

}  // namespace

Conservation::Conservation(Metrics& metrics, Clock& clock, const tunnel::Tunnel& tunnel,
                           const tunnel::Reader& reader, const std::string& exit)
    : clock_(clock),
      tunnel_(tunnel),
      reader_(reader),
      delivered_(result_counter(metrics, exit, "delivered")),
      filtered_(result_counter(metrics, exit, "filtered")),
      dead_(result_counter(metrics, exit, "dead")),
      accepted_(metrics.counter("tt_exit_accepted_events_total",
                                "Events that an exit was given to decide on", {{"exit", exit}})),
      pending_(metrics.gauge("tt_exit_pending_events", "Events that an exit has not decided on yet",
                             {{"exit", exit}})) {
  // Noise control comes later: until then it has no event.
  result_counter(metrics, exit, "suppressed");
  begin_epoch();
}

void Conservation::begin_epoch() {
  const tunnel::TunnelStatus now = tunnel_.status();
  epoch_ = {.since_ns = clock_.wall_ns()};
  given_ = count_unsettled(tunnel_, reader_.settled(), 0, now.visible);
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
  balance.accepted = given_ + now.visible_total - visible_before_;
  const std::uint64_t unsettled = count_unsettled(tunnel_, reader_.settled(), 0, now.visible);
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
