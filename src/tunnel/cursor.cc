// One exit's cursor: settled ranges behind a lock, the usual question without it.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/cursor_store.h"

namespace tt::tunnel {

bool Cursor::contains(Seq seq) const {
  if (seq < low()) return true;
  if (!has_ranges_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(mutex_);
  return settled_.contains(seq);
}

Settled Cursor::settled() const {
  const std::lock_guard lock(mutex_);
  return settled_.all();
}

bool Cursor::settle(Seq first, Seq end) {
  const std::lock_guard lock(mutex_);
  if (!settled_.settle(first, end)) return false;
  low_.store(settled_.low(), std::memory_order_release);
  has_ranges_.store(!settled_.ranges().empty(), std::memory_order_release);
  return true;
}

void Cursor::rewind(Seq seq) {
  const std::lock_guard lock(mutex_);
  settled_.reset(seq);
  ++epoch_;
  if (seq < start_.load()) start_.store(seq);
  low_.store(seq, std::memory_order_release);
  has_ranges_.store(false, std::memory_order_release);
  // What retention may delete goes back at once, not only with the next flush.
  if (seq < durable_low_.load()) durable_low_.store(seq);
}

CursorState Cursor::snapshot() const {
  const std::lock_guard lock(mutex_);
  CursorState state{.exit = exit_, .low = settled_.low(), .epoch = epoch_, .start = start()};
  state.ranges.assign(settled_.ranges().begin(), settled_.ranges().end());
  return state;
}

}  // namespace tt::tunnel
