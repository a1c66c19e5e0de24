// Tests of kit/deadline: what is left never grows, and never falls below nothing.
// SPDX-License-Identifier: Apache-2.0
#include "kit/deadline.h"

#include <gtest/gtest.h>

namespace tt::broker::test {
namespace {

TEST(Deadline, one_that_is_ahead_has_time_left) {
  const Deadline deadline(std::chrono::hours(1));
  const std::int64_t rest = deadline.rest_ms();
  EXPECT_GT(rest, 3'500'000);
  EXPECT_LE(deadline.rest_ms(), rest);
  EXPECT_FALSE(deadline.is_over());
}

TEST(Deadline, one_that_has_passed_has_none) {
  const Deadline deadline(std::chrono::milliseconds(-5));
  EXPECT_EQ(deadline.rest_ms(), 0);
  EXPECT_TRUE(deadline.is_over());
}

}  // namespace
}  // namespace tt::broker::test
