// Tests of the scheduler: one thread at a time, virtual time, one seed one way.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/scheduler.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

namespace tt::simulation {
namespace {

/// A scheduler with what it needs, for the length of a test.
struct Small {
  explicit Small(std::uint64_t seed = 1, Scheduler::Options options = {})
      : random(seed), scheduler(clock, random, std::move(options)) {}
  ManualClock clock;
  SeededRandom random;
  Scheduler scheduler;
};

/// The order in which three threads write, each a letter a turn.
std::string written(std::uint64_t seed, std::uint64_t* hash = nullptr) {
  Small small(seed);
  std::string text;
  std::vector<std::unique_ptr<Thread>> threads;
  for (const char letter : {'a', 'b', 'c'})
    threads.push_back(small.scheduler.spawn("writer", [&, letter] {
      for (int i = 0; i < 5; ++i) {
        text += letter;
        small.scheduler.yield();
      }
    }));
  threads.clear();
  if (hash) *hash = small.scheduler.hash();
  return text;
}

TEST(Scheduler, one_seed_takes_one_way_and_others_take_others) {
  std::set<std::string> ways;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::uint64_t first = 0, second = 0;
    const std::string way = written(seed, &first);
    EXPECT_EQ(written(seed, &second), way);
    EXPECT_EQ(first, second);
    EXPECT_EQ(way.size(), 15u);
    ways.insert(way);
  }
  EXPECT_GT(ways.size(), 15u);
}

TEST(Scheduler, when_all_wait_the_clock_jumps_to_the_first_that_need_not) {
  Small small;
  const SteadyNs begin = small.clock.steady_ns();
  std::string order;
  auto late = small.scheduler.spawn("late", [&] {
    small.scheduler.sleep_ns(24 * 3600 * kNsPerSec);
    order += "late";
  });
  auto early = small.scheduler.spawn("early", [&] {
    small.scheduler.sleep_ns(60 * kNsPerSec);
    order += "early ";
  });
  late.reset();
  EXPECT_EQ(order, "early late");
  EXPECT_NEAR(static_cast<double>(small.clock.steady_ns() - begin), 24 * 3600e9, 1e9);
}

TEST(Scheduler, a_wait_ends_by_its_notification_or_by_its_time) {
  Small small;
  std::mutex mutex;
  const auto condition = small.scheduler.condition();
  bool is_ready = false;
  auto waker = small.scheduler.spawn("waker", [&] {
    small.scheduler.sleep_ns(5 * kNsPerSec);
    const std::lock_guard lock(mutex);
    is_ready = true;
    condition->notify_all();
  });
  Condition::Lock lock(mutex);
  const auto ready = [&] { return is_ready; };
  EXPECT_FALSE(condition->wait_for(lock, std::chrono::seconds(2), ready));
  EXPECT_TRUE(condition->wait_for(lock, std::chrono::hours(2), ready));
  EXPECT_LT(small.clock.steady_ns(), 6 * kNsPerSec);
}

TEST(Scheduler, a_wait_that_ends_for_no_reason_goes_on_where_a_fact_is_waited_for) {
  Small small(1, {.spurious_one_in = 2});
  std::mutex mutex;
  const auto condition = small.scheduler.condition();
  Condition::Lock lock(mutex);
  const SteadyNs begin = small.clock.steady_ns();
  EXPECT_FALSE(condition->wait_for(lock, std::chrono::seconds(9), [] { return false; }));
  EXPECT_GE(small.clock.steady_ns() - begin, 9 * kNsPerSec);
}

TEST(Scheduler, who_finds_a_mutex_taken_lets_its_holder_run) {
  Small small;
  std::mutex mutex;
  std::string order;
  auto holder = small.scheduler.spawn("holder", [&] {
    const std::lock_guard lock(mutex);
    small.scheduler.sleep_ns(kNsPerSec);
    order += "held ";
  });
  small.scheduler.sleep_ns(kNsPerMs);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(order, "held ");
}

TEST(Scheduler, threads_are_interrupted_where_they_take_a_mutex) {
  Small small(3, {.interrupt_one_in = 2});
  std::mutex mutex;
  int turns = 0, most = 0, running = 0;
  std::vector<std::unique_ptr<Thread>> threads;
  for (int i = 0; i < 3; ++i)
    threads.push_back(small.scheduler.spawn("worker", [&] {
      most = std::max(most, ++running);
      for (int turn = 0; turn < 20; ++turn) {
        const std::lock_guard lock(mutex);
        ++turns;
      }
      --running;
    }));
  threads.clear();
  EXPECT_EQ(turns, 60);
  EXPECT_EQ(most, 3);
}

TEST(SchedulerDeathTest, threads_that_wait_for_each_other_end_the_simulation_by_name) {
  EXPECT_DEATH(
      {
        Small small;
        std::mutex mutex;
        const auto condition = small.scheduler.condition();
        const auto stuck = small.scheduler.spawn("stuck", [&] {
          Condition::Lock lock(mutex);
          condition->wait(lock, [] { return false; });
        });
        small.scheduler.yield();
        Condition::Lock lock(mutex);
        condition->wait(lock, [] { return false; });
      },
      "stuck +waits for a condition");
}

}  // namespace
}  // namespace tt::simulation
