// Tests of the clocks: the real ones run, the manual one obeys.
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

TEST(SystemClock, steady_time_never_goes_back) {
  SteadyNs last = system_clock().steady_ns();
  for (int i = 0; i < 1000; ++i) {
    const SteadyNs now = system_clock().steady_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, wall_time_is_in_nanoseconds_since_1970) {
  const WallNs year_2024 = 1'704'067'200 * kNsPerSec;
  EXPECT_GT(system_clock().wall_ns(), year_2024);
}

TEST(ManualClock, stands_still_until_told) {
  ManualClock clock(100);
  EXPECT_EQ(clock.wall_ns(), 100);
  const SteadyNs before = clock.steady_ns();
  clock.advance_ns(5);
  EXPECT_EQ(clock.wall_ns(), 105);
  EXPECT_EQ(clock.steady_ns(), before + 5);
}

TEST(ManualClock, a_wall_clock_jump_leaves_steady_time_alone) {
  ManualClock clock;
  const SteadyNs before = clock.steady_ns();
  clock.set_wall_ns(7);
  EXPECT_EQ(clock.wall_ns(), 7);
  EXPECT_EQ(clock.steady_ns(), before);
}

}  // namespace
}  // namespace tt
