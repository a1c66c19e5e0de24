// Loop and BlockingPool: order, timers, and what happens at the end.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <vector>

namespace tt::pipeline {
namespace {

TEST(Loop, work_runs_in_the_order_it_was_posted) {
  Loop loop(system_clock(), system_spawner());
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
  ASSERT_TRUE(loop.run([] {}));
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Loop, lazy_work_runs_by_itself_and_keeps_its_place_before_urgent_work) {
  Loop loop(system_clock(), system_spawner());
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(loop.run([] {}));  // From here on it dozes: nothing lazy wakes it.
    std::promise<void> ran;
    ASSERT_TRUE(loop.post_lazily([&] { ran.set_value(); }));
    ASSERT_EQ(ran.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
  std::vector<int> order;
  ASSERT_TRUE(loop.post_lazily([&] { order.push_back(1); }));
  ASSERT_TRUE(loop.run([&] { order.push_back(2); }));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  loop.stop();
  EXPECT_FALSE(loop.post_lazily([] {}));
}

TEST(Loop, timers_fire_by_time_and_cancelled_ones_never) {
  Loop loop(system_clock(), system_spawner());
  std::vector<int> order;
  std::promise<void> fired;
  loop.run([&] {
    const SteadyNs now = system_clock().steady_ns();
    loop.at(now + 20 * kNsPerMs, [&] {
      order.push_back(2);
      fired.set_value();
    });
    loop.at(now + 5 * kNsPerMs, [&] { order.push_back(1); });
    loop.cancel(loop.at(now + 10 * kNsPerMs, [&] { order.push_back(99); }));
  });
  fired.get_future().wait();
  loop.run([] {});
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Loop, who_waits_long_ends_at_a_moment_that_others_choose_too_and_never_later) {
  constexpr SteadyNs kSecond = kNsPerSec;
  EXPECT_EQ(at_tick(kSecond + 3 * kNsPerMs, 20 * kNsPerMs), kSecond + 20 * kNsPerMs);
  EXPECT_EQ(at_tick(kSecond + 17 * kNsPerMs, 20 * kNsPerMs), kSecond + 20 * kNsPerMs);
  EXPECT_EQ(at_tick(kSecond + 17 * kNsPerMs, 5 * kNsPerSec), 6 * kSecond);
  EXPECT_EQ(at_tick(kSecond + 3 * kNsPerMs, 5 * kNsPerMs), kSecond + 8 * kNsPerMs) << "too short";
}

TEST(Loop, after_the_stop_nothing_runs_and_nobody_waits) {
  Loop loop(system_clock(), system_spawner());
  loop.stop();
  bool ran = false;
  loop.post([&] { ran = true; });
  EXPECT_FALSE(loop.run([&] { ran = true; }));
  EXPECT_FALSE(ran);
}

TEST(BlockingPool, one_key_runs_in_order_while_others_go_on) {
  BlockingPool pool(3, system_spawner());
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::vector<int> order;
  std::promise<void> all_done, other_done;
  pool.run("a", [opened] { opened.wait(); });
  for (int i = 0; i < 50; ++i) pool.run("a", [&order, i] { order.push_back(i); });
  pool.run("a", [&] { all_done.set_value(); });
  pool.run("b", [&] { other_done.set_value(); });
  other_done.get_future().wait();  // Though "a" is stuck.
  EXPECT_TRUE(order.empty());
  gate.set_value();
  all_done.get_future().wait();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(BlockingPool, the_stop_finishes_what_was_given) {
  std::atomic<int> done{0};
  {
    BlockingPool pool(2, system_spawner());
    for (int i = 0; i < 200; ++i) pool.run(std::to_string(i % 7), [&] { ++done; });
  }
  EXPECT_EQ(done.load(), 200);
}

}  // namespace
}  // namespace tt::pipeline
