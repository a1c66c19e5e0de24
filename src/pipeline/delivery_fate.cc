// What one exit can say of one event: in which step it is, and what it waits for.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "pipeline/delivery.h"

namespace tt::pipeline {
namespace {

using State = EventFate::State;

State state_of(const DeliveryJob& job) {
  if (job.letter || job.is_settling) return State::kBurying;
  if (job.in_flight) return State::kInFlight;
  if (job.is_parked) return State::kParked;
  return job.first_attempt_ns > 0 ? State::kRetrying : State::kGathered;
}

const DeliveryItem* find(const std::vector<DeliveryItem>& items, tunnel::Seq seq) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const DeliveryItem& item) { return item.seq == seq; });
  return found == items.end() ? nullptr : &*found;
}

/// The first event of the alert that `item` is of: what is held has been asked for its alert, and
/// so has what holds it.
std::optional<tunnel::Seq> first_of_alert(const std::list<DeliveryJob>& jobs,
                                          const DeliveryItem& item) {
  for (const DeliveryJob& job : jobs)
    for (const DeliveryItem& other : job.items)
      if (other.seq < item.seq && other.alert == item.alert) return other.seq;
  return std::nullopt;
}

}  // namespace

EventFate Delivery::fate(tunnel::Seq seq) const {
  EventFate fate{.exit = status()};
  const SteadyNs now = context_.clock.steady_ns();
  fate.is_held_by_rate = rate_ && rate_->next_ns(now) > now;
  if (seq < reader_->start()) fate.state = State::kBefore;
  if (reader_->is_settled(seq)) return fate;
  for (const DeliveryJob& job : jobs_) {
    const DeliveryItem* const item = find(job.items, seq);
    if (!item) continue;
    fate.state = state_of(job);
    fate.generation = job.generation;
    fate.attempts = job.attempts;
    const SteadyNs due =
        breaker_.is_open() ? std::max(job.due_ns, breaker_.next_probe_ns()) : job.due_ns;
    if (!job.in_flight && due > now) fate.next_attempt_ns = context_.clock.wall_ns() + due - now;
    if (const auto before = job.is_held ? first_of_alert(jobs_, *item) : std::nullopt)
      fate.waits_for = tunnel::format_id(context_.routing.log_id(), *before);
    return fate;
  }
  if (find(gathered_.items, seq)) {
    fate.state = State::kGathered;
    fate.generation = context_.routing.generation();
  } else if (std::any_of(unsynced_.begin(), unsynced_.end(), [&](const Unsynced& range) {
               return seq >= range.range.first && seq <= range.range.last;
             })) {
    fate.state = State::kUnsynced;
  } else if (seq >= decided_) {
    fate.state = State::kPending;
    fate.ahead = context_.tunnel.count(decided_, seq);
  }
  // Else no rule sent it here, and it is settled with the next event that one does.
  return fate;
}

}  // namespace tt::pipeline
