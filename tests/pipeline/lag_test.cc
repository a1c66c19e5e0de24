// Tests of pipeline/lag.h.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/lag.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "pipeline/time_spans.h"

namespace tt::pipeline {
namespace {

TEST(LagLimits, are_the_exits_own_or_half_of_the_tunnel_and_never_more_than_it) {
  EXPECT_EQ(lag_limits({}, 1000).bytes, 500u);
  EXPECT_EQ(lag_limits({.bytes = 600}, 1000).bytes, 600u);
  EXPECT_EQ(lag_limits({.bytes = 6000}, 1000).bytes, 1000u);
  EXPECT_EQ(lag_limits({}, 1000).age_ns, 7 * 24 * kHour);
}

TEST(Lag, is_told_as_a_part_of_the_nearer_limit) {
  const LagLimits limits{.bytes = 1000, .age_ns = kHour};
  EXPECT_EQ((Lag{.bytes = 500, .age_ns = 0}.percent(limits)), 50);
  EXPECT_EQ((Lag{.bytes = 500, .age_ns = kHour}.percent(limits)), 100);
  EXPECT_EQ((Lag{.bytes = UINT64_MAX, .age_ns = 0}.percent(limits)), 1000);
  EXPECT_EQ((Lag{.bytes = 0, .age_ns = -kHour}.percent(limits)), 0);
}

TEST(LagWatch, is_full_from_the_limit_on_until_a_tenth_is_free_again) {
  log::set_level(log::Level::kOff);
  Metrics metrics;
  LagWatch watch(metrics, "hook");
  watch.limit({.bytes = 100});
  const auto full_at = [&](std::uint64_t bytes) {
    watch.take({.bytes = bytes});
    return watch.is_full();
  };
  EXPECT_FALSE(full_at(99));
  EXPECT_TRUE(full_at(100));
  EXPECT_TRUE(full_at(91));
  EXPECT_FALSE(full_at(90));
  EXPECT_FALSE(full_at(99));
  EXPECT_EQ(metrics.gauge("tt_exit_lag_percent", "", {{"exit", "hook"}}).value(), 99);
}

}  // namespace
}  // namespace tt::pipeline
