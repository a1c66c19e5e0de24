// Trying, and trying again.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/waiting_room.h"

#include <utility>

namespace tt::pipeline {

void WaitingRoom::append(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
                         std::function<void(const tunnel::Appended&)> done) {
  try_append({std::move(route), std::move(events), std::move(done)}, true);
}

void WaitingRoom::try_append(Waiting waiting, bool may_block) {
  if (is_held()) {
    if (!loop_.post([this, waiting] { wait(waiting); }))
      waiting.done({.status = stopped("shutting down while intake is held")});
    return;
  }
  tunnel::AppendRequest request{.events = waiting.events,
                                .entry = waiting.route->entry.name,
                                .level = waiting.route->ack_level(),
                                .may_block = may_block};
  tunnel_.append(std::move(request),
                 [this, waiting = std::move(waiting)](const tunnel::Appended& appended) {
                   if (!appended.status.ok() && appended.status.error().code == Code::kRetry &&
                       loop_.post([this, waiting] { wait(waiting); }))
                     return;
                   if (appended.status.ok()) waiting.route->counters.accepted.add(appended.count);
                   waiting.done(appended);
                 });
}

void WaitingRoom::wait(Waiting waiting) {
  waiting_.push_back(std::move(waiting));
  if (is_stopped_.load()) return end_waiting();
  if (waiting_.size() > 1) return;  // The first one has set the timer.
  loop_.at(clock_.steady_ns() + kNsPerSec, [this] {
    for (Waiting& next : std::exchange(waiting_, {})) try_append(std::move(next), false);
  });
}

void WaitingRoom::stop() {
  is_stopped_.store(true);
  loop_.run([this] { end_waiting(); });
}

void WaitingRoom::end_waiting() {
  for (const Waiting& waiting : std::exchange(waiting_, {}))
    waiting.done({.status = stopped("shutting down while the tunnel has no room")});
}

}  // namespace tt::pipeline
