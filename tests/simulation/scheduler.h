// Scheduler: threads, waits and time of a simulation; one thread runs at a time, and a seed chooses
// which.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/spawner.h"
#include "simulation/fiber.h"

namespace tt::simulation {

/// A thread runs until it waits, sleeps, joins, ends, or finds a mutex taken; now and then it is
/// interrupted where it takes a mutex. Then the seed picks another one that may run. When all wait,
/// the clock jumps to the first wait that ends by time; when none does, the simulation has hung and
/// the process ends with a list of who waits for what. The thread that made the scheduler is one of
/// them. One scheduler at a time.
class Scheduler final : public Spawner {
 public:
  struct Options {
    std::uint64_t interrupt_one_in = 0;  ///< Of taking a mutex. 0: never.
    std::uint64_t spurious_one_in = 0;   ///< Waits that end for no reason. 0: never.
    std::function<void()> on_hang;       ///< Tells what is known of the run, before the end.
  };
  Scheduler(ManualClock& clock, Random& random, Options options);
  ~Scheduler() override;  ///< All threads have been joined.

  std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) override;
  std::unique_ptr<Condition> condition() override;

  /// Waits for virtual time.
  void sleep_ns(std::int64_t ns);
  /// Others may go first.
  void yield();
  std::uint64_t switches() const { return switches_; }
  /// Of who ran when: two runs with one hash took the same way.
  std::uint64_t hash() const { return hash_; }

  /// For the mutexes of this process (mutexes.cc). Null: no simulation runs on this thread.
  static Scheduler* current() { return current_; }
  void before_lock();
  void wait_for_mutex(const void* mutex);
  void on_unlock(const void* mutex);

 private:
  struct Task;
  class SimulatedThread;
  class SimulatedCondition;

  /// Waits until somebody wakes the running task, or until `due_ns`. False when time came first.
  bool wait_on(const void* what, const char* why, SteadyNs due_ns);
  void wake(Task& task);
  void wake_waiters(const void* what, bool is_one);
  Task& choose();
  void change_to(Task& next, bool for_good = false);
  [[noreturn]] void hang(const char* why);

  static inline thread_local Scheduler* current_ = nullptr;
  ManualClock& clock_;
  Random& random_;
  const Options options_;
  std::vector<std::unique_ptr<Task>> tasks_;  // By age; the first is who made the scheduler.
  std::vector<Task*> ready_;                  // Scratch of choose().
  Task* running_ = nullptr;
  std::size_t mutex_waits_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t switches_ = 0, hash_ = 0, still_ = 0;
};

}  // namespace tt::simulation
