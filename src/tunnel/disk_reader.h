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
  DiskReader(LogView& log, CursorStore& cursors, SharedCursor cursor)
      : log_(log), cursors_(cursors), cursor_(std::move(cursor)), feed_(log, cursor_->low()) {}
  ~DiskReader() override { cursors_.give_back(cursor_); }
  DiskReader(const DiskReader&) = delete;
  DiskReader& operator=(const DiskReader&) = delete;

  Result<SharedStored> next(std::size_t bytes_max) override { return feed_.next(bytes_max); }
  bool at_edge() const override { return feed_.at_edge(); }
  Seq position() const override { return feed_.position(); }
  void seek(Seq seq) override { feed_.seek(seq); }

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
  DiskScan(LogView& log, Seq from) : feed_(log, from) {}
  Result<SharedStored> next(std::size_t bytes_max) override { return feed_.next(bytes_max); }

 private:
  EventFeed feed_;
};

}  // namespace tt::tunnel
