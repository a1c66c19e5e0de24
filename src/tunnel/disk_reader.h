// DiskReader and DiskScan: the tunnel's readers, a feed with and without a cursor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>

#include "tunnel/cursor_store.h"
#include "tunnel/event_feed.h"

namespace tt::tunnel {

class DiskReader final : public Reader {
 public:
  DiskReader(LogView& log, SharedReads& reads, CursorStore& cursors, SharedCursor cursor)
      : log_(log),
        cursors_(cursors),
        cursor_(std::move(cursor)),
        feed_(log, reads, cursor_->low()) {
    log_.edge.add_reader(feed_.place());
  }
  ~DiskReader() override {
    log_.edge.remove_reader(feed_.place());
    cursors_.give_back(cursor_);
  }
  DiskReader(const DiskReader&) = delete;
  DiskReader& operator=(const DiskReader&) = delete;

  Result<SharedStored> next(std::size_t bytes_max) override { return feed_.next(bytes_max); }
  SharedStored next_in_memory() override { return feed_.next_in_memory(); }
  std::function<void()> read_ahead(std::size_t bytes_max) override {
    return feed_.read_ahead(bytes_max);
  }
  bool at_edge() const override { return feed_.at_edge(); }
  Seq position() const override { return feed_.position(); }
  void seek(Seq seq) override { feed_.seek(seq); }
  void set_at_work(bool is_at_work) override { feed_.set_at_work(is_at_work); }

  Seq cursor() const override { return cursor_->low(); }
  Seq start() const override { return cursor_->start(); }
  void settle(Seq first, Seq last) override {
    if (cursor_->settle(first, last + 1)) cursors_.touch(cursor_);
  }
  bool is_settled(Seq seq) const override { return cursor_->contains(seq); }
  Settled settled() const override { return cursor_->settled(); }
  Status rewind(Seq seq) override {
    seq = std::max(seq, log_.oldest());  // What retention removed is not owed any more.
    cursor_->rewind(seq);
    feed_.seek(seq);
    cursors_.touch(cursor_);
    return cursors_.flush();
  }

 private:
  LogView& log_;
  CursorStore& cursors_;
  const SharedCursor cursor_;
  EventFeed feed_;
};

class DiskScan final : public Scan {
 public:
  DiskScan(LogView& log, SharedReads& reads, Seq from) : feed_(log, reads, from) {}
  Result<SharedStored> next(std::size_t bytes_max) override { return feed_.next(bytes_max); }

 private:
  EventFeed feed_;
};

}  // namespace tt::tunnel
