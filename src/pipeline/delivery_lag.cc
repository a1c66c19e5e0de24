// An exit too far behind: it gives up its oldest events, or holds intake (design.md 6.3).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "pipeline/delivery.h"

namespace tt::pipeline {

static_assert(kLagWarnPercent == SelfEvents::kLagPercentMin);

void Delivery::watch_lag(std::uint64_t tunnel_bytes_max, bool are_ages_trusted) {
  if (drained_ || is_measuring_) return;
  LagLimits limits = lag_limits(settings_.portal->common().max_lag, tunnel_bytes_max);
  if (!are_ages_trusted) limits.age_ns = INT64_MAX;
  lag_.limit(limits);
  const tunnel::Seq head = reader_->cursor();
  if (conservation_.balance().pending == 0) return measured({});
  if (head == lag_head_) return measured(lag_from(head, lag_head_ns_));
  // The event at the cursor may be on the disk alone.
  is_measuring_ = true;
  context_.pool.run("lag " + settings_.name, [self = shared_from_this(), head] {
    const auto received_ns = received_at(self->context_.tunnel, head);
    self->context_.loop.post([self, head, received_ns] {
      self->is_measuring_ = false;
      if (!received_ns || self->drained_) return;
      self->lag_head_ = head;
      self->lag_head_ns_ = *received_ns;
      self->measured(self->lag_from(head, *received_ns));
    });
  });
}

Lag Delivery::lag_from(tunnel::Seq seq, WallNs received_ns) const {
  return {context_.tunnel.bytes_from(seq), context_.clock.wall_ns() - received_ns};
}

void Delivery::measured(const Lag& lag) {
  const bool was_full = lag_.is_full();
  lag_.take(lag);
  context_.self.lag(settings_.name, lag_.percent());
  if (settings_.portal->common().when_full == portals::WhenFull::kBlock) {
    if (lag_.is_full() != was_full)
      log::warning(was_full ? "an exit has caught up: intake goes on"
                            : "an exit is at its max_lag: intake is refused",
                   {{"exit", settings_.name}});
    return;
  }
  // One at a time: what was skipped before is settled first, which needs room for its letter.
  const bool is_burying = std::any_of(jobs_.begin(), jobs_.end(),
                                      [](const DeliveryJob& job) { return job.letter != nullptr; });
  if (!lag_.is_full() || skip_ || is_burying) return;
  skip_.emplace();
  pump();
}

bool Delivery::holds_intake() const {
  return lag_.is_full() && settings_.portal->common().when_full == portals::WhenFull::kBlock;
}

// Reads on from the cursor and gives up what it reads, until little enough is held back. What
// failed and waits is read again: most of it stands first and goes.
void Delivery::skip() {
  if (!skip_->has_begun) {
    if (!is_quiet()) return;  // What it waits for pumps.
    jobs_.clear();
    count_parked();
    go_back(reader_->cursor());
    *skip_ = {.has_begun = true, .first = decided_};
  }
  if (!current_ && !read()) {
    // Nothing more: everything was too old.
    if (!is_turn_over() && !is_reading_ && context_.clock.steady_ns() >= read_again_ns_) end_skip();
    return;
  }
  const auto events = current_->stored->events();
  if (!events.empty() &&
      lag_.is_kept(lag_from(events.front().meta.seq, events.front().meta.received_ns)))
    return end_skip();
  give_up_current();
  // A turn for each batch: other exits go on meanwhile.
  context_.loop.post([self = shared_from_this()] { self->pump(); });
}

void Delivery::give_up_current() {
  judge_current();
  const tunnel::StoredBatch& stored = *current_->stored;
  const auto events = stored.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!is_undecided(events[i])) continue;
    ++(current_->bits.test(i, exit_index_) ? skip_->events.dead : skip_->events.filtered);
  }
  for (const tunnel::Gap& gap : stored.gaps)
    skip_->events.dead += count_unsettled(context_.tunnel, reader_->settled(),
                                          std::max(gap.first, decided_), gap.next);
  decided_ = std::max(decided_, stored.next);
  current_.reset();
}

void Delivery::end_skip() {
  const SkippedEvents skip = *std::exchange(skip_, std::nullopt);
  if (decided_ == skip.first) return;
  const DecidedRange range{.first = skip.first, .last = decided_ - 1, .events = skip.events};
  if (skip.events.dead == 0) return settle(range);
  const Job job = make_job({{.first = range.first,
                             .seq = range.last,
                             .filtered = skip.events.filtered,
                             .events = skip.events.dead}},
                           nullptr, jobs_.begin());
  store_gap(job, range.first,
            std::to_string(skip.events.dead) +
                " events were skipped at the exit's `max_lag`; as long as the tunnel keeps them, "
                "`tictoc exit replay` sends them");
}

}  // namespace tt::pipeline
