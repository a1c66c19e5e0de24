// EventFeed: a reading position that is served from the edge when it can, else from disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "tunnel/group_batch.h"
#include "tunnel/log_view.h"
#include "tunnel/shared_reads.h"

namespace tt::tunnel {

/// Reading calls from one thread at a time; position() and at_edge() from any.
class EventFeed {
 public:
  EventFeed(LogView& log, SharedReads& reads, Seq from)
      : log_(log), reads_(reads), place_{.seq = from} {}

  /// For Edge::add_reader().
  const ReadingPlace& place() const { return place_; }
  Seq position() const { return place_.seq.load(std::memory_order_relaxed); }
  void seek(Seq seq) { place_.seq.store(seq, std::memory_order_relaxed); }
  void set_at_work(bool is_at_work) {
    place_.is_at_work.store(is_at_work, std::memory_order_relaxed);
  }
  bool at_edge() const { return position() >= log_.edge.first(); }

  /// See Reader::next.
  Result<SharedStored> next(std::size_t bytes_max) {
    if (SharedStored batch = next_in_memory()) return batch;
    const Seq seq = position();
    const Seq visible = log_.visible.load(std::memory_order_acquire);
    if (seq >= visible) return SharedStored();
    TT_TRY(SharedStored batch, reads_.read(seq, visible, bytes_max));
    return take(std::move(batch));
  }
  SharedStored next_in_memory() {
    const Seq seq = position();
    const bool is_all = seq >= log_.visible.load(std::memory_order_acquire);
    SharedStored batch = is_all ? nullptr : log_.edge.find(seq);
    if (!batch && !is_all) batch = reads_.find(seq);
    return batch ? take(std::move(batch)) : nullptr;
  }
  std::function<void()> read_ahead(std::size_t bytes_max) {
    const Seq seq = position();
    if (seq >= log_.edge.first() || !reads_.claim_ahead(seq)) return nullptr;
    const Seq visible = log_.visible.load(std::memory_order_acquire);
    return [&reads = reads_, seq, visible, bytes_max] {
      (void)reads.read(seq, visible, bytes_max);  // Its error comes again where it matters.
    };
  }

 private:
  SharedStored take(SharedStored batch) {
    const Seq seq = position();
    if (batch->first < seq) batch = std::make_shared<SliceBatch>(std::move(batch), seq);
    seek(batch->next);
    return batch;
  }

  LogView& log_;
  SharedReads& reads_;
  ReadingPlace place_;
};

}  // namespace tt::tunnel
