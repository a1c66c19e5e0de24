// MemoryReader and MemoryScan: reading positions over an edge that holds everything.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "tunnel/edge.h"
#include "tunnel/group_batch.h"
#include "tunnel/settled_set.h"

namespace tt::tunnel {

/// What readers share of the memory tunnel; they keep it alive.
struct MemoryLog {
  Edge edge{~std::size_t{0}, ~std::size_t{0}, 1};
  std::atomic<Seq> visible{1};
};

struct MemoryCursor {
  explicit MemoryCursor(Seq low) : settled(low), start(low) {}
  mutable std::mutex mutex;  // Guards both.
  SettledSet settled;
  Seq start;
  bool is_open = false;
  Seq low() const {
    const std::lock_guard lock(mutex);
    return settled.low();
  }
};

class MemoryFeed {
 public:
  MemoryFeed(std::shared_ptr<MemoryLog> log, Seq from) : log_(std::move(log)), position_(from) {}
  Seq position() const { return position_; }
  void seek(Seq seq) { position_ = seq; }
  SharedStored next() {
    const Seq seq = std::max(position(), log_->edge.first());
    if (seq >= log_->visible.load(std::memory_order_acquire)) return nullptr;
    SharedStored batch = log_->edge.find(seq);
    if (batch && batch->first < seq) batch = std::make_shared<SliceBatch>(std::move(batch), seq);
    if (batch) seek(batch->next);
    return batch;
  }

 private:
  const std::shared_ptr<MemoryLog> log_;
  std::atomic<Seq> position_;
};

class MemoryReader final : public Reader {
 public:
  MemoryReader(std::shared_ptr<MemoryLog> log, std::shared_ptr<MemoryCursor> cursor)
      : cursor_(std::move(cursor)), feed_(std::move(log), cursor_->low()) {}
  ~MemoryReader() override {
    const std::lock_guard lock(cursor_->mutex);
    cursor_->is_open = false;
  }
  Result<SharedStored> next(std::size_t) override { return feed_.next(); }
  SharedStored next_in_memory() override { return feed_.next(); }
  std::function<void()> read_ahead(std::size_t) override { return nullptr; }
  bool at_edge() const override { return true; }
  Seq position() const override { return feed_.position(); }
  void seek(Seq seq) override { feed_.seek(seq); }
  void set_at_work(bool) override {}  // Nothing here leaves memory before it is read.
  Seq cursor() const override { return cursor_->low(); }
  Seq start() const override {
    const std::lock_guard lock(cursor_->mutex);
    return cursor_->start;
  }
  void settle(Seq first, Seq last) override {
    const std::lock_guard lock(cursor_->mutex);
    cursor_->settled.settle(first, last + 1);
  }
  bool is_settled(Seq seq) const override {
    const std::lock_guard lock(cursor_->mutex);
    return cursor_->settled.contains(seq);
  }
  Settled settled() const override {
    const std::lock_guard lock(cursor_->mutex);
    return cursor_->settled.all();
  }
  Status rewind(Seq seq) override {
    feed_.seek(seq);
    const std::lock_guard lock(cursor_->mutex);
    cursor_->settled.reset(seq);
    cursor_->start = std::min(cursor_->start, seq);
    return {};
  }

 private:
  const std::shared_ptr<MemoryCursor> cursor_;
  MemoryFeed feed_;
};

class MemoryScan final : public Scan {
 public:
  MemoryScan(std::shared_ptr<MemoryLog> log, Seq from) : feed_(std::move(log), from) {}
  Result<SharedStored> next(std::size_t) override { return feed_.next(); }

 private:
  MemoryFeed feed_;
};

}  // namespace tt::tunnel
