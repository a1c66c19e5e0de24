// The first half of delivery: which events come next, and the request that says them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "pipeline/delivery.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

using portals::Order;

std::optional<Delivery::Job> Delivery::next_job(SteadyNs now) {
  if (!write_again(now)) return std::nullopt;
  const portals::ExitCommon& common = settings_.portal->common();
  const std::size_t in_flight_max =
      common.order == Order::kNone ? static_cast<std::size_t>(common.in_flight) : 1;
  if (in_flight_ >= in_flight_max || in_flight_bytes_ >= kExitInFlightBytesMax) return std::nullopt;

  std::optional<Job> poor;  // Due, but just failed again: whatever else may go, goes first.
  std::uint32_t enough = kParkAfterAttempts;
  for (Job job = jobs_.begin(); job != jobs_.end(); ++job) {
    if (job->in_flight) continue;
    // Decided: others need not wait for its letter, except in strict order.
    if (job->letter && common.order == Order::kStrict) return poor;
    if (job->letter) continue;
    if (job->due_ns <= now) {
      if (!try_past_ || job->attempts < kParkAfterAttempts) return job;
      // In turn: each must be able to fail often enough to be stepped over.
      if (!poor || job->attempts < (*poor)->attempts) poor = job;
    }
    if (job->is_parked || common.order == Order::kNone) continue;
    if (common.order == Order::kStrict) return poor;
    // order: tunnel. A failing head is stepped over once it has failed often enough. Each further
    // one asks for twice as many failures: when several in a row fail it is rather the exit that is
    // ill, and an outage must not stir its events.
    if (job->attempts < enough) return poor;
    enough *= 2;
  }
  if (is_full()) return poor;
  if (const auto fresh = fresh_job(now)) return fresh;
  return poor;
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
  const auto& batch = settings_.portal->common().batch;
  const std::size_t events_max =
      settings_.portal->batches() ? static_cast<std::size_t>(std::max(batch.events, 1)) : 1;
  Found found = Found::kEvent;
  while (gathered_.size() < events_max && gathered_bytes_ < batch.bytes && found == Found::kEvent) {
    found = gather();
    if (found != Found::kGap || !gathered_.empty()) continue;
    bury_gap();
    if (is_full()) return std::nullopt;
    found = Found::kEvent;
  }
  if (gathered_.empty()) return std::nullopt;
  if (found == Found::kNothing && batch.wait_ns > 0 && settings_.portal->batches() && !drained_) {
    const SteadyNs due = gathered_since_ns_ + batch.wait_ns;
    if (due > now) {
      arm(due);
      return std::nullopt;
    }
  }
  std::vector<DeliveryItem> items;
  items.swap(gathered_);
  gathered_bytes_ = 0;
  // Events behind the last one gathered that go nowhere: nothing else would settle them before the
  // next event comes.
  if (!current_) settle_filtered(looked_at_);
  return make_job(std::move(items), jobs_.end());
}

Delivery::Found Delivery::gather() {
  for (;;) {
    if (is_at_end()) {
      settle_filtered(replay_->until);
      return Found::kNothing;
    }
    if (!current_ && !read()) return Found::kNothing;
    judge_current();
    const auto events = current_->stored->events();
    for (; current_index_ < events.size(); ++current_index_) {
      const tunnel::StoredEvent& event = events[current_index_];
      const tunnel::Seq seq = event.meta.seq;
      if (seq >= end()) break;
      if (has_gap_before(seq)) return Found::kGap;
      if (seq < decided_) continue;
      if (seq < new_from_ && reader_->is_settled(seq)) continue;  // Decided before a restart.
      if (!wants(*current_, current_index_)) {
        ++passed_;
        continue;
      }
      if (gathered_.empty()) gathered_since_ns_ = context_.clock.steady_ns();
      gathered_.push_back({.first = decided_,
                           .seq = seq,
                           .batch = current_->stored,
                           .index = current_index_,
                           .filtered = std::exchange(passed_, 0)});
      gathered_bytes_ += event.event.json.size();
      if (replay_) ++replay_->selected;
      decided_ = seq + 1;
      ++current_index_;
      return Found::kEvent;
    }
    const tunnel::Seq next = std::min(current_->stored->next, end());
    if (has_gap_before(next)) return Found::kGap;
    looked_at_ = next;
    settle_filtered(looked_at_);
    current_.reset();
  }
}

// A reload while a batch is being read: the ruleset in force when the exit reads decides.
void Delivery::judge_current() {
  if (current_->generation != context_.routing.generation())
    current_ = context_.routing.route(current_->stored);
}

// Whether the next gap of the batch begins before `seq` and is not behind us.
bool Delivery::has_gap_before(tunnel::Seq seq) {
  const std::vector<tunnel::Gap>& gaps = current_->stored->gaps;
  const auto is_behind = [this](const tunnel::Gap& gap) {
    return gap.next <= decided_ ||
           count_unsettled(context_.tunnel, reader_->settled(), gap.first, gap.next) == 0;
  };
  while (current_gap_ < gaps.size() && is_behind(gaps[current_gap_])) ++current_gap_;
  return current_gap_ < gaps.size() && gaps[current_gap_].first < seq;
}

// What damage took can be had from nowhere: one dead letter names it all.
void Delivery::bury_gap() {
  tunnel::Gap gap = current_->stored->gaps[current_gap_];
  gap.next = std::min(gap.next, end());
  const DeliveryItem item{
      .first = decided_,
      .seq = gap.next - 1,
      .filtered = std::exchange(passed_, 0),
      .events = count_unsettled(context_.tunnel, reader_->settled(), gap.first, gap.next)};
  decided_ = gap.next;
  if (replay_) replay_->selected += item.events;
  store_gap(
      make_job({item}, jobs_.end()), gap.first,
      "at most " + std::to_string(item.events) +
          " events are lost to damage on disk; `quarantine` in the data folder has its bytes");
}

void Delivery::settle_filtered(tunnel::Seq next) {
  // With events gathered, the next item or the next call covers the range.
  if (!gathered_.empty() || next <= decided_) return;
  settle({.first = decided_, .last = next - 1, .events = {.filtered = std::exchange(passed_, 0)}});
  decided_ = next;
}

tunnel::Seq Delivery::pending_from() const {
  // What is gathered is not encoded yet, and what a failed sync may have taken is read again.
  const tunnel::Seq next = gathered_.empty() ? decided_ : gathered_.front().first;
  return std::min(next, again_from_.value_or(next));
}

// Reads again from `seq` on; what was settled since is skipped, what was gathered is forgotten.
void Delivery::go_back(tunnel::Seq seq) {
  decided_ = seq;
  passed_ = 0;
  const tunnel::Settled settled = reader_->settled();
  new_from_ = settled.ranges.empty() ? settled.low : settled.ranges.back().second;
  looked_at_ = 0;
  if (replay_) replay_->selected -= gathered_.size();
  gathered_.clear();
  gathered_bytes_ = 0;
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
  go_back(*std::exchange(again_from_, std::nullopt));
  return true;
}

bool Delivery::is_quiet() const {
  const bool is_settling = std::any_of(jobs_.begin(), jobs_.end(),
                                       [](const DeliveryJob& job) { return job.is_settling; });
  return in_flight_ == 0 && syncs_ == 0 && unsynced_.empty() && !is_reading_ && !is_settling;
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
  };
  if (reader_->at_edge()) {
    auto batch = reader_->next(kReadBytesMax);
    if (!batch.ok()) return read_failed(batch.error());
    if (*batch) {
      take(*std::move(batch));
      return true;
    }
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

// A segment that cannot be read now may be readable later; trying at once would only heat.
bool Delivery::read_failed(const Error& error) {
  problem_ = error.text;
  read_again_ns_ = context_.clock.steady_ns() + kNsPerSec;
  arm(read_again_ns_);
  return false;
}

Delivery::Job Delivery::make_job(std::vector<DeliveryItem> items, Job place) {
  DeliveryJob job;
  job.items = std::move(items);
  job.generation = context_.routing.generation();
  return jobs_.insert(place, std::move(job));
}

// Whoever asks for a replay asks for what is old.
bool Delivery::expired(const DeliveryItem& item) const {
  if (replay_) return false;
  const auto expire = settings_.portal->common().expire_ns;
  return expire && item.stored().meta.received_ns + *expire < context_.clock.wall_ns();
}

Result<portals::ExitRequest> Delivery::encode(std::span<const tunnel::StoredEvent* const> events) {
  auto request = encoder_.encode(context_.routing.router(), settings_, exit_index_, events);
  template_errors_.add(request.ok() ? request->failures.count : encoder_.failures().count);
  return request;
}

}  // namespace tt::pipeline
