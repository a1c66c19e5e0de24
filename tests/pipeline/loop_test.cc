// Loop and BlockingPool: order, timers, and what happens at the end.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/loop.h"

#include <gtest/gtest.h>

#include <atomic>
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
