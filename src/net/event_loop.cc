// One thread's event loop: wake-ups are coalesced, deadlines are swept.
// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/clock.h"

namespace tt::net {

namespace {

thread_local const Mailbox* loop_of_this_thread = nullptr;

}  // namespace

std::int64_t coarse_steady_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * kNsPerSec + now.tv_nsec;
}

bool Mailbox::push(std::shared_ptr<Posted> letter) {
  const std::lock_guard lock(mutex_);
  if (!context_) return false;
  const bool is_first = letters_.empty();
  letters_.push_back(std::move(letter));
  // Under the lock: close() must not end the context in between.
  if (is_first) boost::asio::post(*context_, [self = shared_from_this()] { self->drain(); });
  return true;
}

bool Mailbox::is_loop_thread() const { return loop_of_this_thread == this; }

void Mailbox::close() {
  std::vector<std::shared_ptr<Posted>> dropped;
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
  dropped.swap(letters_);
}

void Mailbox::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_.swap(letters_);
  }
  for (std::shared_ptr<Posted>& letter : draining_) {
    Posted* called = letter.get();
    called->on_loop(std::move(letter));
  }
  draining_.clear();
}

Deadlines::Deadlines(boost::asio::io_context& context, int tick_ms)
    : timer_(context.get_executor()), tick_ms_(tick_ms) {}

std::uint32_t Deadlines::add(Timed& owner) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = {kNever, &owner};
  ++used_;
  if (!is_ticking_) {
    is_ticking_ = true;
    tick();
  }
  return slot;
}

void Deadlines::remove(std::uint32_t slot) {
  slots_[slot] = {};
  free_.push_back(slot);
  if (--used_ == 0) timer_.cancel();
}

void Deadlines::set(std::uint32_t slot, int timeout_ms) {
  slots_[slot].at_ns = coarse_steady_ns() + timeout_ms * kNsPerMs;
}

void Deadlines::tick() {
  const std::int64_t now_ns = coarse_steady_ns();
  // By index: on_deadline() may add and remove.
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].at_ns > now_ns) continue;
    slots_[i].at_ns = kNever;
    slots_[i].owner->on_deadline();
  }
  if (used_ == 0) {
    is_ticking_ = false;
    return;
  }
  timer_.expires_after(std::chrono::milliseconds(tick_ms_));
  timer_.async_wait([this](const boost::system::error_code&) { tick(); });
}

EventLoop::EventLoop(int tick_ms)
    : work_(boost::asio::make_work_guard(context_)),
      deadlines_(context_, tick_ms),
      poller_(context_),
      mailbox_(std::make_shared<Mailbox>(context_)) {}

EventLoop::~EventLoop() { mailbox_->close(); }

void EventLoop::run() {
  // That the other side has gone is the error of a write; pipes have no flag for it as sockets do.
  sigset_t gone;
  ::sigemptyset(&gone);
  ::sigaddset(&gone, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &gone, nullptr);
  loop_of_this_thread = mailbox_.get();
  context_.run();
  mailbox_->close();
  loop_of_this_thread = nullptr;
}

}  // namespace tt::net
