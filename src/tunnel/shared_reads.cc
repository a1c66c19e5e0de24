// A few batches and readers, the oldest replaced first.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/shared_reads.h"

#include <algorithm>
#include <utility>

namespace tt::tunnel {

Result<SharedStored> SharedReads::read(Seq seq, Seq visible, std::size_t bytes_max) {
  const std::lock_guard turn(turns_[seq % turns_.size()]);
  if (SharedStored batch = find(seq)) return batch;
  auto reader = take_reader(seq);
  auto batch = reader->read(seq, visible, bytes_max);
  if (batch.ok()) keep(std::move(reader), *batch);
  return batch;
}

void SharedReads::forget_if_idle() {
  Readers readers;  // Closing files takes a while.
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_used_, false)) readers = forget_locked();
}

void SharedReads::forget_below(Seq oldest) {
  Readers readers;
  const std::lock_guard lock(mutex_);
  if (std::any_of(batches_.begin(), batches_.end(),
                  [&](const SharedStored& batch) { return batch->first < oldest; }))
    readers = forget_locked();
}

SharedReads::Readers SharedReads::forget_locked() {
  batches_.clear();
  bytes_ = 0;
  claimed_ = 0;
  return std::exchange(idle_, {});
}

SharedStored SharedReads::find(Seq seq) {
  const std::lock_guard lock(mutex_);
  is_used_ = true;
  return find_locked(seq);
}

SharedStored SharedReads::find_locked(Seq seq) const {
  for (const SharedStored& batch : batches_)
    if (batch->first <= seq && seq < batch->next) return batch;
  return nullptr;
}

bool SharedReads::claim_ahead(Seq seq) {
  const std::lock_guard lock(mutex_);
  if (claimed_ == seq || find_locked(seq)) return false;
  claimed_ = seq;
  return true;
}

std::unique_ptr<EventReader> SharedReads::take_reader(Seq seq) {
  const std::lock_guard lock(mutex_);
  const auto stands_there = [seq](const auto& reader) { return reader->next_seq() == seq; };
  auto found = std::find_if(idle_.begin(), idle_.end(), stands_there);
  if (found == idle_.end()) {
    if (idle_.size() < kReadersKept) return std::make_unique<EventReader>(log_);
    found = idle_.begin();
  }
  auto reader = std::move(*found);
  idle_.erase(found);
  return reader;
}

void SharedReads::keep(std::unique_ptr<EventReader> reader, const SharedStored& batch) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
  if (idle_.size() > kReadersKept) idle_.erase(idle_.begin());
  batches_.push_back(batch);
  bytes_ += batch->memory_bytes;
  while (batches_.size() > 1 && bytes_ > bytes_kept_) {
    bytes_ -= batches_.front()->memory_bytes;
    batches_.pop_front();
  }
}

}  // namespace tt::tunnel
