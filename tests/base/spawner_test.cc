// Tests of the thread starter.
// SPDX-License-Identifier: Apache-2.0
#include "base/spawner.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <stdexcept>
#include <string>

namespace tt {
namespace {

TEST(Spawner, runs_the_body_and_joins_at_the_end) {
  int done = 0;
  {
    const auto thread = system_spawner().spawn("worker", [&] { done = 1; });
  }
  EXPECT_EQ(done, 1);
}

TEST(Spawner, names_the_thread_in_15_bytes) {
  char name[32] = {};
  {
    const auto thread = system_spawner().spawn(
        "a-name-that-is-too-long", [&] { pthread_getname_np(pthread_self(), name, sizeof name); });
  }
  EXPECT_EQ(std::string(name), "a-name-that-is-");
}

TEST(SpawnerDeathTest, an_escaped_exception_is_logged_and_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(system_spawner().spawn("w", [] { throw std::runtime_error("broken state"); }),
               "broken state");
}

}  // namespace
}  // namespace tt
