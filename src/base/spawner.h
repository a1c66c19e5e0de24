// Spawner: the only place that starts threads and makes what they wait on, so that a simulation can
// run everything on one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.h"

namespace tt {

/// A running thread; the destructor joins it.
class Thread {
 public:
  virtual ~Thread() = default;
  /// The destructor joins no more: what the thread uses must outlive it, or never end.
  virtual void detach() {}
};

/// A condition variable, by the rules of std::condition_variable: who waits holds `lock`, a wait
/// may end without a notification, nobody waits when it is destroyed. Thread safe.
class Condition {
 public:
  using Lock = std::unique_lock<std::mutex>;

  virtual ~Condition() = default;
  virtual void notify_one() = 0;
  virtual void notify_all() = 0;
  virtual void wait(Lock& lock) = 0;
  /// False when the time came first. `due_ns` is of now_ns()'s clock.
  virtual bool wait_until(Lock& lock, SteadyNs due_ns) = 0;
  /// The clock that waits go by: real in the daemon and in tests with a clock of their own.
  virtual SteadyNs now_ns() const = 0;

  template <class Is>
  void wait(Lock& lock, Is is) {
    while (!is()) wait(lock);
  }
  bool wait_for(Lock& lock, std::chrono::nanoseconds time) {
    return wait_until(lock, now_ns() + time.count());
  }
  /// Whether `is` holds at the end.
  template <class Is>
  bool wait_for(Lock& lock, std::chrono::nanoseconds time, Is is) {
    const SteadyNs due_ns = now_ns() + time.count();
    while (!is())
      if (!wait_until(lock, due_ns)) return is();
    return true;
  }
};

/// Thread safe.
class Spawner {
 public:
  virtual ~Spawner() = default;
  /// Runs `body` on a thread of its own, named for `top` and debuggers (15 bytes at most). An
  /// exception that leaves `body` is logged and ends the process: state may be broken.
  virtual std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) = 0;
  /// What these threads wait on for each other. They wait nowhere else but in locks held briefly.
  virtual std::unique_ptr<Condition> condition() = 0;
};

Spawner& system_spawner();

}  // namespace tt
