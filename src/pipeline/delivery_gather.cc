// Gathering: what an exit gets of each batch.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "pipeline/delivery.h"

namespace tt::pipeline {

bool Delivery::has_room() const {
  const auto& batch = settings_.portal->common().batch;
  std::size_t events_max =
      settings_.portal->batches() ? static_cast<std::size_t>(std::max(batch.events, 1)) : 1;
  // A batch goes as one, whatever tokens there are: its events beyond them come too soon.
  if (replay_) events_max = std::min(events_max, replay_->pace.burst());
  return gathered_.items.size() < events_max && gathered_.bytes < batch.bytes;
}

Found Delivery::gather() {
  for (;;) {
    if (is_at_end()) {
      settle_filtered(replay_->until);
      return Found::kNothing;
    }
    if (!current_ && !read()) return is_turn_over() ? Found::kLater : Found::kNothing;
    judge_current();
    const Found found = gather_current();
    if (found != Found::kNothing) return found;
    gathered_.leave_sparse_batches();
    settle_filtered(looked_at_);
    current_.reset();
  }
}

Found Delivery::gather_current() {
  const auto events = current_->stored->events();
  const tunnel::Seq next = std::min(current_->stored->next, end());
  const bool is_cut = has_gap_before(next);
  const tunnel::Seq cut = is_cut ? current_->stored->gaps[current_gap_].first : end();
  const auto stop =
      static_cast<std::size_t>(std::partition_point(events.begin(), events.end(),
                                                    [cut](const tunnel::StoredEvent& event) {
                                                      return event.meta.seq < cut;
                                                    }) -
                               events.begin());
  while (current_index_ < stop) {
    pass(std::min(current_->bits.next(exit_index_, current_index_), stop));
    if (current_index_ == stop) break;
    const tunnel::StoredEvent& event = events[current_index_++];
    if (!is_undecided(event)) continue;
    if (!wants(event)) {
      ++passed_;
      continue;
    }
    gather_event(event);
    if (!has_room()) return Found::kEvent;
  }
  if (is_cut) return Found::kGap;
  looked_at_ = next;
  return Found::kNothing;
}

// The events of current_ up to `stop` go nowhere.
void Delivery::pass(std::size_t stop) {
  const auto events = current_->stored->events().subspan(current_index_, stop - current_index_);
  current_index_ = stop;
  if (events.empty()) return;
  const tunnel::Seq first = events.front().meta.seq;
  passed_ += first >= decided_ && first >= new_from_
                 ? events.size()
                 : static_cast<std::size_t>(std::count_if(
                       events.begin(), events.end(),
                       [this](const tunnel::StoredEvent& event) { return is_undecided(event); }));
}

// Below new_from_ may be what was decided before a restart.
bool Delivery::is_undecided(const tunnel::StoredEvent& event) const {
  const tunnel::Seq seq = event.meta.seq;
  return seq >= decided_ && (seq >= new_from_ || !reader_->is_settled(seq));
}

void Delivery::gather_event(const tunnel::StoredEvent& event) {
  if (gathered_.items.empty()) gathered_.since_ns = context_.clock.steady_ns();
  gathered_.add({.first = decided_,
                 .seq = event.meta.seq,
                 .stored = &event,
                 .filtered = std::exchange(passed_, 0)},
                current_->stored);
  if (replay_) ++replay_->selected;
  decided_ = event.meta.seq + 1;
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
      make_job({item}, nullptr, jobs_.end()), gap.first,
      "at most " + std::to_string(item.events) +
          " events are lost to damage on disk; `quarantine` in the data folder has its bytes");
}

void Delivery::settle_filtered(tunnel::Seq next) {
  // With events gathered, the next item or the next call covers the range.
  if (!gathered_.items.empty() || next <= decided_) return;
  settle({.first = decided_, .last = next - 1, .events = {.filtered = std::exchange(passed_, 0)}});
  decided_ = next;
}

}  // namespace tt::pipeline
