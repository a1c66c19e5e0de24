// What a delivery does otherwise when it is a replay: which events, how fast, and when it ends.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "pipeline/delivery.h"

namespace tt::pipeline {

bool Delivery::wants(const tunnel::StoredEvent& event) const {
  if (!replay_) return true;
  // What the live delivery had still before it comes from there, and once is enough.
  const tunnel::Seq seq = event.meta.seq;
  const auto& [low, ranges] = replay_->settled;
  if (seq >= low && std::none_of(ranges.begin(), ranges.end(), [seq](const auto& range) {
        return seq >= range.first && seq < range.second;
      }))
    return false;
  return !replay_->wants || replay_->wants(event);
}

tunnel::Seq Delivery::end() const {
  return replay_ ? replay_->until : std::numeric_limits<tunnel::Seq>::max();
}

bool Delivery::is_at_end() const {
  return replay_ && std::max(looked_at_, decided_) >= replay_->until;
}

SteadyNs Delivery::next_send_ns(SteadyNs now) const {
  if (!replay_) return rate_ ? rate_->next_ns(now) : now;
  SteadyNs due = replay_->pace.next_ns(now);
  // A moment after the live delivery, which takes what the exit's `rate` gives if it needs it.
  if (const auto& rate = replay_->live->rate_; rate && rate->next_ns(now) > now)
    due = std::max(due, rate->next_ns(now) + kNsPerMs);
  return due;
}

void Delivery::pace(SteadyNs now, const DeliveryJob& job) {
  if (job.letter) return;  // It goes to the disk, not to the other side.
  auto& rate = replay_ ? replay_->live->rate_ : rate_;
  if (rate) rate->take(now);
  // A batch is more than a token's worth: the debt is a pause after it.
  if (replay_) replay_->pace.take(now, static_cast<double>(job.items.size()));
}

void Delivery::end_replay() {
  if (!replay_ || drained_ || !is_at_end() || !jobs_.empty() || !gathered_.items.empty()) return;
  if (syncs_ > 0 || !unsynced_.empty() || again_from_ || is_reading_) return;
  replay_->on_end();
}

ReplayCounts Delivery::replay_counts() const {
  const Balance balance = conservation_.balance();
  ReplayCounts counts{.selected = replay_->selected,
                      .sent = replay_->sent,
                      .delivered = balance.delivered,
                      .dead = balance.dead,
                      .filtered = balance.filtered,
                      .pending = gathered_.items.size(),
                      .left = context_.tunnel.count(std::max(looked_at_, decided_), end())};
  for (const DeliveryJob& job : jobs_) counts.pending += events_of(job);
  return counts;
}

}  // namespace tt::pipeline
