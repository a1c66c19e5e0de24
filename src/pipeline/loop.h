// Loop: the one thread that routes and runs every exit's state machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/spawner.h"

namespace tt::pipeline {

/// Runs posted work and timers, in order, on one thread. post() is thread safe; at() and cancel()
/// belong to the loop's thread.
class Loop {
 public:
  using Work = std::function<void()>;
  using TimerId = std::uint64_t;

  Loop(Clock& clock, Spawner& spawner);
  ~Loop();  ///< stop().

  /// False after stop(): the work will never run.
  bool post(Work work);
  /// The same for work that may wait half a millisecond while the loop is busy: it wakes the loop
  /// only out of sleep, so that much of it costs few wake-ups.
  bool post_lazily(Work work);
  /// Runs `work` once steady time reaches `due_ns`. Never 0.
  TimerId at(SteadyNs due_ns, Work work);
  void cancel(TimerId timer);
  /// Runs `work` on the loop and waits for it; from other threads only. False after stop().
  bool run(Work work);
  /// Drops timers and work not begun; joins.
  void stop();

 private:
  void body();
  bool add(Work work, bool is_urgent);
  /// Or for a timer.
  void wait_for_work(Condition::Lock& lock);
  void fire_timers(SteadyNs now);

  Clock& clock_;
  Spawner& spawner_;
  std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::vector<Work> mailbox_;
  bool has_urgent_ = false;  // In the mailbox.
  bool is_dozing_ = false;   // Lazy work need not wake it: it will look soon.
  bool stopping_ = false;
  SteadyNs doze_until_ns_ = 0;
  std::multimap<SteadyNs, std::pair<TimerId, Work>> timers_;
  TimerId last_timer_ = 0;
  std::unique_ptr<Thread> thread_;
};

/// When to act at the latest that waits `wait_ns` from `since_ns` on: then, or up to 20 ms sooner,
/// at a moment that others choose as well, so that one wake-up serves them all.
SteadyNs at_tick(SteadyNs since_ns, std::int64_t wait_ns);

/// A few threads for work that blocks: disk reads behind the edge, dead letters, local exits.
/// Thread safe. Work with the same key runs in order, one at a time.
class BlockingPool {
 public:
  BlockingPool(std::size_t threads, Spawner& spawner);
  ~BlockingPool();  ///< stop().
  void run(const std::string& key, std::function<void()> work);
  /// Finishes what was given, then joins.
  void stop();

 private:
  struct Lane;
  void body();

  std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::map<std::string, std::shared_ptr<Lane>> lanes_;  // Those with work.
  std::vector<std::shared_ptr<Lane>> ready_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace tt::pipeline
