// Loop and BlockingPool: mailboxes with a condition; nothing here knows an event.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/loop.h"

#include <algorithm>
#include <chrono>
#include <deque>

#include "base/result.h"

namespace tt::pipeline {
namespace {

constexpr std::int64_t kDozeNs = 500'000;
constexpr std::int64_t kTickNs = 20 * kNsPerMs;

}  // namespace

Loop::Loop(Clock& clock, Spawner& spawner)
    : clock_(clock), spawner_(spawner), wake_(spawner.condition()) {
  thread_ = spawner.spawn("tt-routing", [this] { body(); });
}

Loop::~Loop() { stop(); }

bool Loop::post(Work work) { return add(std::move(work), true); }

bool Loop::post_lazily(Work work) { return add(std::move(work), false); }

bool Loop::add(Work work, bool is_urgent) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  const bool must_wake = is_urgent ? !has_urgent_ && (mailbox_.empty() || is_dozing_)
                                   : mailbox_.empty() && !is_dozing_;
  mailbox_.push_back(std::move(work));
  has_urgent_ |= is_urgent;
  if (must_wake) wake_->notify_one();
  return true;
}

Loop::TimerId Loop::at(SteadyNs due_ns, Work work) {
  timers_.emplace(due_ns, std::pair(++last_timer_, std::move(work)));
  return last_timer_;
}

void Loop::cancel(TimerId timer) {
  const auto it = std::find_if(timers_.begin(), timers_.end(),
                               [&](const auto& entry) { return entry.second.first == timer; });
  if (it != timers_.end()) timers_.erase(it);
}

bool Loop::run(Work work) {
  std::mutex mutex;
  const auto done_wake = spawner_.condition();
  bool done = false;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    mailbox_.push_back([&] {
      work();
      std::lock_guard inner(mutex);
      done = true;
      done_wake->notify_one();
    });
    has_urgent_ = true;
    wake_->notify_one();
  }
  std::unique_lock lock(mutex);
  done_wake->wait(lock, [&] { return done; });
  return true;
}

void Loop::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_->notify_one();
  }
  thread_.reset();
}

void Loop::fire_timers(SteadyNs now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Work work = std::move(timers_.begin()->second.second);
    timers_.erase(timers_.begin());
    work();
  }
}

// First it dozes for a while: what comes lazily then waits for its end, together with more of it.
void Loop::wait_for_work(Condition::Lock& lock) {
  while (!has_urgent_ && !stopping_) {
    const std::int64_t doze_ns = doze_until_ns_ - wake_->now_ns();
    is_dozing_ = doze_ns > 0;
    if (!is_dozing_ && !mailbox_.empty()) break;
    std::int64_t wait_ns = is_dozing_ ? doze_ns : INT64_MAX;
    if (!timers_.empty()) wait_ns = std::min(wait_ns, timers_.begin()->first - clock_.steady_ns());
    if (wait_ns <= 0) break;
    if (wait_ns == INT64_MAX)
      wake_->wait(lock);
    else
      wake_->wait_for(lock, std::chrono::nanoseconds(wait_ns));
  }
  is_dozing_ = false;
}

void Loop::body() {
  std::vector<Work> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wait_for_work(lock);
      batch.swap(mailbox_);
      has_urgent_ = false;
      // What was posted before stop() still runs: a waiting run() must return.
      if (stopping_ && batch.empty()) return;
    }
    for (Work& work : batch) work();
    batch.clear();
    fire_timers(clock_.steady_ns());
    doze_until_ns_ = wake_->now_ns() + kDozeNs;
  }
}

SteadyNs at_tick(SteadyNs since_ns, std::int64_t wait_ns) {
  const SteadyNs due = since_ns + wait_ns;
  return wait_ns < kTickNs ? due : due - due % kTickNs;
}

struct BlockingPool::Lane {
  std::string key;
  std::deque<std::function<void()>> work;
  bool is_running = false;
};

BlockingPool::BlockingPool(std::size_t threads, Spawner& spawner) : wake_(spawner.condition()) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.push_back(spawner.spawn("tt-blocking", [this] { body(); }));
}

BlockingPool::~BlockingPool() { stop(); }

void BlockingPool::run(const std::string& key, std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  auto& lane = lanes_[key];
  if (!lane) {
    lane = std::make_shared<Lane>();
    lane->key = key;
  }
  lane->work.push_back(std::move(work));
  if (!lane->is_running && lane->work.size() == 1) {
    ready_.push_back(lane);
    wake_->notify_one();
  }
}

void BlockingPool::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_->notify_all();
  }
  threads_.clear();
}

void BlockingPool::body() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_->wait(lock, [&] { return !ready_.empty() || stopping_; });
    if (ready_.empty()) return;
    const std::shared_ptr<Lane> lane = std::move(ready_.front());
    ready_.erase(ready_.begin());
    lane->is_running = true;
    auto work = std::move(lane->work.front());
    lane->work.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    lane->is_running = false;
    if (lane->work.empty()) {
      lanes_.erase(lane->key);
    } else {
      ready_.push_back(lane);
      wake_->notify_one();
    }
  }
}

}  // namespace tt::pipeline
