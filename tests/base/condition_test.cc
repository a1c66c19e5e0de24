// Tests of the conditions that threads wait on.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/spawner.h"

namespace tt {
namespace {

TEST(Condition, a_notified_thread_goes_on) {
  std::mutex mutex;
  const auto condition = system_spawner().condition();
  bool is_ready = false, was_seen = false;
  {
    const auto thread = system_spawner().spawn("waiter", [&] {
      Condition::Lock lock(mutex);
      condition->wait(lock, [&] { return is_ready; });
      was_seen = true;
    });
    const std::lock_guard lock(mutex);
    is_ready = true;
    condition->notify_one();
  }
  EXPECT_TRUE(was_seen);
}

TEST(Condition, a_notification_to_all_lets_every_thread_go_on) {
  std::mutex mutex;
  const auto condition = system_spawner().condition();
  bool is_ready = false;
  int seen = 0;
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int i = 0; i < 4; ++i)
      threads.push_back(system_spawner().spawn("waiter", [&] {
        Condition::Lock lock(mutex);
        condition->wait(lock, [&] { return is_ready; });
        ++seen;
      }));
    const std::lock_guard lock(mutex);
    is_ready = true;
    condition->notify_all();
  }
  EXPECT_EQ(seen, 4);
}

TEST(Condition, a_wait_ends_with_its_time_and_tells_whether_the_fact_holds) {
  std::mutex mutex;
  const auto condition = system_spawner().condition();
  Condition::Lock lock(mutex);
  const SteadyNs begin = condition->now_ns();
  EXPECT_FALSE(condition->wait_for(lock, std::chrono::milliseconds(5), [] { return false; }));
  EXPECT_GE(condition->now_ns() - begin, 5 * kNsPerMs);
  EXPECT_TRUE(lock.owns_lock());
  int asked = 0;  // The fact comes true while nobody notifies: the last look counts.
  EXPECT_TRUE(condition->wait_for(lock, std::chrono::milliseconds(1), [&] { return ++asked > 1; }));
}

TEST(Condition, a_time_that_has_passed_is_no_wait) {
  std::mutex mutex;
  const auto condition = system_spawner().condition();
  Condition::Lock lock(mutex);
  EXPECT_FALSE(condition->wait_until(lock, condition->now_ns() - 1));
  EXPECT_FALSE(condition->wait_for(lock, std::chrono::nanoseconds(-5)));
}

}  // namespace
}  // namespace tt
