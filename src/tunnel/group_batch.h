// Batches of stored events: of a group just appended, cut from another, or read back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// The events of one group: shares the texts that intake made.
class GroupBatch final : public StoredBatch {
 public:
  void reserve(std::size_t event_count) { events_.reserve(event_count); }
  /// Adds a request's events with consecutive seqs from `first_seq`.
  void add(event::SharedBatch batch, std::string entry, std::string key, Seq first_seq,
           WallNs received_ns) {
    memory_bytes += batch->memory_bytes() + batch->size() * sizeof(StoredEvent);
    texts_.push_back({std::move(entry), std::move(key), std::move(batch)});
    const Kept& kept = texts_.back();
    for (std::size_t i = 0; i < kept.batch->size(); ++i) {
      events_.push_back({{first_seq + i, received_ns, kept.entry, kept.key}, (*kept.batch)[i]});
    }
    next = first_seq + kept.batch->size();
  }

 private:
  struct Kept {
    std::string entry, key;
    event::SharedBatch batch;
  };
  std::deque<Kept> texts_;  // A deque: views into it must not move.
};

/// The part of another batch from `seq` on.
class SliceBatch final : public StoredBatch {
 public:
  SliceBatch(SharedStored whole, Seq seq) : whole_(std::move(whole)) {
    const auto events = whole_->events();
    const auto begin = std::partition_point(events.begin(), events.end(),
                                            [&](const StoredEvent& e) { return e.meta.seq < seq; });
    events_.assign(begin, events.end());
    first = seq;
    next = whole_->next;
    for (const Gap& gap : whole_->gaps)
      if (gap.next > seq) gaps.push_back({std::max(gap.first, seq), gap.next});
    memory_bytes = whole_->memory_bytes + events_.size() * sizeof(StoredEvent);
  }

 private:
  const SharedStored whole_;
};

/// Events read back from a file: owns one text of its own.
class ReadBatch final : public StoredBatch {
 public:
  event::EventBatch& texts() { return texts_; }
  void reserve(const event::EventBatch::Sizes& sizes) {
    texts_.reserve(sizes);
    events_.reserve(sizes.event_count);
  }
  /// Meta of the event added to texts() last; views are made by finish().
  void add(Seq seq, WallNs received_ns, std::string_view entry, std::string_view key) {
    if (entries_.empty() || entries_.back() != entry) entries_.emplace_back(entry);
    if (!key.empty() && (keys_.empty() || keys_.back() != key)) keys_.emplace_back(key);
    events_.push_back({{seq, received_ns, entries_.back(),
                        key.empty() ? std::string_view() : std::string_view(keys_.back())},
                       {}});
  }
  std::size_t size() const { return events_.size(); }
  void finish() {
    for (std::size_t i = 0; i < events_.size(); ++i) events_[i].event = texts_[i];
    memory_bytes = texts_.memory_bytes() + events_.capacity() * sizeof(StoredEvent);
  }

 private:
  event::EventBatch texts_;
  std::deque<std::string> entries_, keys_;  // Runs of equal ones are kept once.
};

}  // namespace tt::tunnel
