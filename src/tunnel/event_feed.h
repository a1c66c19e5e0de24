// EventFeed: a reading position that is served from the edge when it can, else from disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "tunnel/event_reader.h"
#include "tunnel/group_batch.h"
#include "tunnel/log_view.h"

namespace tt::tunnel {

/// Reading calls from one thread at a time; position() and at_edge() from any.
class EventFeed {
 public:
  EventFeed(LogView& log, Seq from) : log_(log), reader_(log), position_(from) {}

  Seq position() const { return position_.load(std::memory_order_relaxed); }
  void seek(Seq seq) { position_.store(seq, std::memory_order_relaxed); }
  bool at_edge() const { return position() >= log_.edge.first(); }

  /// See Reader::next.
  Result<SharedStored> next(std::size_t bytes_max) {
    const Seq seq = position();
    const Seq visible = log_.visible.load(std::memory_order_acquire);
    if (seq >= visible) return SharedStored();
    SharedStored batch = log_.edge.find(seq);
    if (!batch) {
      TT_TRY(batch, reader_.read(seq, visible, bytes_max));
    } else if (batch->first < seq) {
      batch = std::make_shared<SliceBatch>(std::move(batch), seq);
    }
    seek(batch->next);
    return batch;
  }

 private:
  LogView& log_;
  EventReader reader_;
  std::atomic<Seq> position_;
};

}  // namespace tt::tunnel
