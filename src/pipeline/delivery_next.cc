// The first half of delivery: which request comes next, and what is read for it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "pipeline/delivery.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

using portals::Order;

std::optional<Delivery::Job> Delivery::next_job(SteadyNs now) {
  if (!write_again(now)) return std::nullopt;
  if (in_flight_ >= in_flight_max() || in_flight_bytes_ >= kExitInFlightBytesMax) {
    // Exits that read on while they wait stay near each other, and share what is read.
    if (has_room() && !is_full() && !is_hurried_) gather();
    return std::nullopt;
  }

  OpenAlerts open([this](const tunnel::StoredEvent& event) {
    // The rules in force do not know an exit that leaves.
    return is_leaving_
               ? event.event.text("alert_key")
               : encoder_.alert_key(context_.routing.router(), settings_, exit_index_, event);
  });
  const auto [tried, is_last] = tried_job(now, open);
  while (!is_last && !is_full()) {
    const auto fresh = fresh_job(now);
    if (!fresh) break;
    // What is held stays among the jobs, and the search goes on behind it.
    for (Job job = *fresh; job != jobs_.end(); ++job)
      if (!hold(job, open)) return job;
  }
  return tried;
}

std::size_t Delivery::in_flight_max() const {
  const portals::ExitCommon& common = settings_.portal->common();
  return common.order == Order::kNone ? static_cast<std::size_t>(common.in_flight) : 1;
}

// What waits among the jobs, in tunnel order.
NextJob Delivery::tried_job(SteadyNs now, OpenAlerts& open) {
  const Order order = settings_.portal->common().order;
  std::optional<Job> poor;  // Due, but just failed again: whatever else may go, goes first.
  std::uint32_t enough = kParkAfterAttempts;
  for (Job job = jobs_.begin(); job != jobs_.end(); ++job) {
    if (job->in_flight || (is_leaving_ && !job->portal)) continue;
    // Decided: others need not wait for its letter, except in strict order.
    if (job->letter && order == Order::kStrict) return {poor, true};
    if (job->letter) {
      // Its own alert does: until the letter is durable, a crash brings the event back.
      if (order == Order::kTunnel) open.step_over(*job);
      continue;
    }
    if (hold(job, open)) continue;
    if (job->due_ns <= now) {
      if (!try_past_ || job->attempts < kParkAfterAttempts) return {job, true};
      // In turn: each must be able to fail often enough to be stepped over.
      if (!poor || job->attempts < (*poor)->attempts) poor = job;
    }
    if (order == Order::kNone) continue;
    if (order == Order::kStrict) return {poor, true};
    // order: tunnel. A failing head is stepped over once it has failed often enough. Each further
    // one asks for twice as many failures: when several in a row fail it is rather the exit that is
    // ill, and an outage must not stir its events. What was parked while it was held has not
    // failed yet: it is a head like others.
    if (!job->is_parked || job->attempts < kParkAfterAttempts) {
      if (job->attempts < enough) return {poor, true};
      enough *= 2;
    }
    open.step_over(*job);
  }
  return {poor, false};
}

// Whether the job waits for an earlier event of its alert. One of which only some events must is
// parted into runs that do and runs that do not; `job` becomes the first of them. Beyond a limit it
// waits as a whole, and with it all of its alerts.
bool Delivery::hold(Job& job, OpenAlerts& open) {
  job->is_held = false;
  if (open.empty()) return false;
  const std::size_t count = open.count_alike(*job);
  bool is_mixed = count < job->items.size();
  if (is_mixed && jobs_.size() < kParkedEventsMax) {
    const SteadyNs due_ns = job->due_ns;  // Its pause is not over.
    job = part(job, count);
    job->due_ns = std::next(job)->due_ns = due_ns;
    is_mixed = false;
  }
  job->is_held = is_mixed || open.hold(job->items.front());
  if (is_mixed) open.step_over(*job);
  if (job->is_held && job->held_bytes == 0) {
    keep(*job);
    // By the ruleset in force now, as what fails. Where that is impossible its attempt says so.
    (void)encode(*job);
  }
  return job->is_held;
}

std::size_t Delivery::held_bytes() const {
  std::size_t bytes = 0;
  for (const DeliveryJob& job : jobs_) bytes += job.bytes + job.held_bytes;
  return bytes;
}

bool Delivery::is_full() const {
  return jobs_.size() >= kParkedEventsMax || held_bytes() >= kExitHeldBytesMax;
}

std::optional<Delivery::Job> Delivery::fresh_job(SteadyNs now) {
  Found found = Found::kEvent;
  while (!is_hurried_ && found == Found::kEvent && has_room()) {
    found = gather();
    if (found != Found::kGap || !gathered_.items.empty()) continue;
    bury_gap();
    if (is_full()) return std::nullopt;
    found = Found::kEvent;
  }
  if (gathered_.items.empty()) return std::nullopt;
  if (found != Found::kEvent && found != Found::kGap && settings_.portal->batches() &&
      !is_hurried_) {
    std::int64_t wait_ns = settings_.portal->common().batch.wait_ns;
    if (found == Found::kLater) wait_ns = std::max(wait_ns, kTurnsWaitMs * kNsPerMs);
    if (const SteadyNs due = at_tick(gathered_.since_ns, wait_ns); due > now) {
      arm(due);
      return std::nullopt;
    }
  }
  const Job job = make_job();
  // Events behind the last one gathered that go nowhere: nothing else would settle them before the
  // next event comes.
  if (!current_) settle_filtered(looked_at_);
  return job;
}

tunnel::Seq Delivery::pending_from() const {
  // What is gathered is not encoded yet, and what a failed sync may have taken is read again.
  const tunnel::Seq next = gathered_.items.empty() ? decided_ : gathered_.items.front().first;
  return std::min(next, again_from_.value_or(next));
}

// Reads again from `seq` on; what was settled since is skipped, what was gathered is forgotten.
void Delivery::go_back(tunnel::Seq seq) {
  decided_ = seq;
  passed_ = 0;
  const tunnel::Settled settled = reader_->settled();
  new_from_ = settled.ranges.empty() ? settled.low : settled.ranges.back().second;
  looked_at_ = 0;
  if (replay_) replay_->selected -= gathered_.items.size();
  gathered_ = {};
  current_.reset();
  // The reader belongs to the pool's thread while a read is out.
  if (is_reading_)
    is_read_stale_ = true;
  else
    reader_->seek(decided_);
}

// A failed sync may have taken what was written before it: that is written again, in order, once
// nothing is on its way. False: not yet; what it waits for pumps.
bool Delivery::write_again(SteadyNs now) {
  if (!again_from_) return true;
  if (!is_quiet()) return false;
  if (now < read_again_ns_) {
    arm(read_again_ns_);
    return false;
  }
  if (replay_)
    for (const DeliveryJob& job : jobs_) replay_->selected -= events_of(job);
  jobs_.clear();
  count_parked();
  again_from_.reset();
  // Not only from there: what failed and stood before it is forgotten as well.
  go_back(reader_->cursor());
  return true;
}

bool Delivery::is_quiet() const {
  const bool is_settling = std::any_of(jobs_.begin(), jobs_.end(),
                                       [](const DeliveryJob& job) { return job.is_settling; });
  return in_flight_ == 0 && syncs_ == 0 && unsynced_.empty() && !is_reading_ && !is_settling;
}

// All exits take a few batches in turn: they go along, so that what one has read or judged is still
// at hand for the next.
bool Delivery::is_turn_over() const { return turn_events_ >= kTurnEventsMax; }

void Delivery::pump_soon() {
  if (std::exchange(is_pump_posted_, true)) return;
  context_.loop.post([self = shared_from_this()] {
    self->is_pump_posted_ = false;
    self->turn_events_ = 0;
    self->pump();
  });
}

bool Delivery::read() {
  if (is_reading_) return false;
  if (const SteadyNs now = context_.clock.steady_ns(); now < read_again_ns_) {
    arm(read_again_ns_);
    return false;
  }
  const auto take = [this](tunnel::SharedStored stored) {
    current_ = context_.routing.route(stored);
    current_index_ = current_gap_ = 0;
    turn_events_ += stored->events().size();
    read_ahead();
  };
  if (is_turn_over()) {
    pump_soon();
    return false;
  }
  if (tunnel::SharedStored batch = reader_->next_in_memory()) {
    take(std::move(batch));
    return true;
  }
  if (reader_->at_edge()) {
    if (replay_) looked_at_ = replay_->until;  // Nothing is left below the visible mark.
    return false;
  }
  // Behind the edge a read goes to the disk: not on this thread, which serves every exit.
  is_reading_ = true;
  const std::string lane = (replay_ ? "replay " : "read ") + settings_.name;
  context_.pool.run(lane, [self = shared_from_this(), take] {
    auto batch = self->reader_->next(kReadBytesMax);
    self->context_.loop.post([self, take, batch = std::move(batch)]() mutable {
      self->is_reading_ = false;
      if (std::exchange(self->is_read_stale_, false))
        self->reader_->seek(self->decided_);
      else if (!batch.ok())
        self->read_failed(batch.error());
      else if (*batch)
        take(*std::move(batch));
      else if (self->replay_)
        self->looked_at_ = self->replay_->until;
      if (self->drained_)
        self->finish_drain();
      else
        self->pump();
    });
  });
  return false;
}

// While the batch at hand is judged and sent.
void Delivery::read_ahead() {
  if (auto work = reader_->read_ahead(kReadBytesMax))
    context_.pool.run("ahead " + settings_.name, std::move(work));
}

// A segment that cannot be read now may be readable later; trying at once would only heat.
bool Delivery::read_failed(const Error& error) {
  problem_ = error.text;
  read_again_ns_ = context_.clock.steady_ns() + kNsPerSec;
  arm(read_again_ns_);
  return false;
}

Delivery::Job Delivery::make_job() {
  Gathered gathered = std::exchange(gathered_, {});
  return make_job(std::move(gathered.items),
                  std::make_shared<const KeptBatches>(std::move(gathered.batches)), jobs_.end());
}

Delivery::Job Delivery::make_job(std::vector<DeliveryItem> items,
                                 std::shared_ptr<const KeptBatches> batches, Job place) {
  DeliveryJob job;
  job.items = std::move(items);
  job.batches = std::move(batches);
  job.generation = context_.routing.generation();
  return jobs_.insert(place, std::move(job));
}

// Whoever asks for a replay asks for what is old.
bool Delivery::expired(const DeliveryItem& item) const {
  if (replay_) return false;
  const auto expire = settings_.portal->common().expire_ns;
  return expire && item.stored->meta.received_ns + *expire < context_.clock.wall_ns();
}

// Retries keep the request as first encoded, unless the exit itself was changed meanwhile: its new
// address and credentials must not be mixed with the old ones.
Status Delivery::encode(DeliveryJob& job) {
  if (job.portal && job.fingerprint == settings_.fingerprint) return {};
  std::vector<const tunnel::StoredEvent*> events;
  events.reserve(job.items.size());
  for (const DeliveryItem& item : job.items) events.push_back(item.stored);
  TT_TRY(job.request, encode(events));
  job.portal = settings_.portal;
  job.fingerprint = settings_.fingerprint;
  job.bytes = job.request.body.size();
  return {};
}

Result<portals::ExitRequest> Delivery::encode(std::span<const tunnel::StoredEvent* const> events) {
  auto request = encoder_.encode(context_.routing.router(), settings_, exit_index_, events);
  template_errors_.add(request.ok() ? request->failures.count : encoder_.failures().count);
  return request;
}

}  // namespace tt::pipeline
