// Wishes of sessions, collected under a lock and carried out by the loop.
// SPDX-License-Identifier: Apache-2.0
#include "net/stream_peer.h"

#include <utility>

namespace tt::net {

bool StreamHandle::write(std::string bytes) {
  std::unique_lock lock(mutex_);
  if (is_gone_ || !can_write_ || wishes_.must_close) return false;
  if (wishes_.bytes.size() + sending_bytes_ + bytes.size() > kUnsentBytesMax) {
    // A peer that reads no answers is not worth keeping.
    wishes_.must_close = true;
    notify(std::move(lock));
    return false;
  }
  wishes_.bytes += bytes;
  notify(std::move(lock));
  return true;
}

void StreamHandle::resume() {
  std::unique_lock lock(mutex_);
  if (is_gone_) return;
  wishes_.must_resume = true;
  notify(std::move(lock));
}

void StreamHandle::close() {
  std::unique_lock lock(mutex_);
  if (is_gone_) return;
  wishes_.must_close = true;
  notify(std::move(lock));
}

void StreamHandle::notify(std::unique_lock<std::mutex> lock) {
  if (std::exchange(is_posted_, true)) return;
  lock.unlock();
  mailbox_->push(shared_from_this());
}

void StreamHandle::on_loop(std::shared_ptr<Posted>) {
  {
    const std::lock_guard lock(mutex_);
    is_posted_ = false;
  }
  if (owner_) owner_->on_wishes();
}

StreamHandle::Wishes StreamHandle::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(wishes_, {});
}

void StreamHandle::detach() {
  owner_ = nullptr;
  const std::lock_guard lock(mutex_);
  is_gone_ = true;
  wishes_ = {};
}

void StreamHandle::set_sending(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  sending_bytes_ = bytes;
}

}  // namespace tt::net
