// Tests of portals/kit/breaker.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/breaker.h"

#include <gtest/gtest.h>

#include "portals/kit/backoff.h"
#include "portals/kit/rate_limit.h"

namespace tt::portals {
namespace {

class BreakerTest : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      breaker_.on_start();
      breaker_.on_failure(now_);
    }
  }
  SeededRandom random_{7};
  Breaker breaker_{random_, 1'000};
  SteadyNs now_ = 1000;
};

TEST_F(BreakerTest, nine_failures_keep_it_closed_and_the_tenth_opens_it) {
  fail(9);
  EXPECT_FALSE(breaker_.is_open());
  EXPECT_TRUE(breaker_.allows(now_, 100));
  fail(1);
  EXPECT_TRUE(breaker_.is_open());
  EXPECT_FALSE(breaker_.allows(now_, 0));
}

TEST_F(BreakerTest, a_success_between_failures_starts_the_count_again) {
  fail(9);
  breaker_.on_success();
  fail(9);
  EXPECT_FALSE(breaker_.is_open());
}

TEST_F(BreakerTest, misconfigured_opens_it_at_once) {
  breaker_.on_start();
  breaker_.on_misconfigured(now_);
  EXPECT_TRUE(breaker_.is_open());
}

TEST_F(BreakerTest, one_probe_at_a_time_is_let_through) {
  fail(10);
  now_ = breaker_.next_probe_ns();
  EXPECT_TRUE(breaker_.allows(now_, 0));
  breaker_.on_start();
  EXPECT_FALSE(breaker_.allows(now_ + 3600 * kNsPerSec, 1));
}

TEST_F(BreakerTest, a_late_failure_of_an_older_request_does_not_move_the_probe) {
  fail(10);
  const SteadyNs probe = breaker_.next_probe_ns();
  breaker_.on_failure(now_ + kNsPerSec / 2);
  EXPECT_EQ(breaker_.next_probe_ns(), probe);
}

TEST_F(BreakerTest, pauses_double_up_to_five_minutes) {
  fail(10);
  std::int64_t expected_ns = kNsPerSec;
  for (int i = 0; i < 15; ++i) {
    const std::int64_t pause_ns = breaker_.next_probe_ns() - now_;
    EXPECT_GE(pause_ns, expected_ns);
    EXPECT_LE(pause_ns, expected_ns + expected_ns / 10);
    expected_ns = std::min<std::int64_t>(expected_ns * 2, Breaker::kProbeNsMax);
    now_ = breaker_.next_probe_ns();
    fail(1);
  }
}

TEST_F(BreakerTest, a_day_of_outage_costs_less_than_300_attempts) {
  fail(10);
  int probes = 0;
  const SteadyNs end = now_ + 24 * 3600 * kNsPerSec;
  for (; breaker_.next_probe_ns() < end; ++probes) {
    now_ = breaker_.next_probe_ns();
    fail(1);
  }
  EXPECT_LT(probes + 10, 300);
  EXPECT_GT(probes, 200);
}

TEST_F(BreakerTest, recovery_opens_the_window_one_two_four) {
  fail(10);
  now_ = breaker_.next_probe_ns();
  breaker_.on_start();
  breaker_.on_success();
  EXPECT_FALSE(breaker_.is_open());
  for (const std::size_t window : {1u, 2u, 4u, 8u}) {
    EXPECT_TRUE(breaker_.allows(now_, window - 1)) << window;
    for (std::size_t i = 0; i < window; ++i) {
      EXPECT_FALSE(breaker_.allows(now_, window + i)) << window;
      breaker_.on_success();
    }
  }
  for (std::size_t i = 0; i < Breaker::kWindowMax; ++i) breaker_.on_success();
  EXPECT_TRUE(breaker_.allows(now_, 100'000));
}

TEST_F(BreakerTest, a_failure_in_slow_start_opens_it_again) {
  fail(10);
  now_ = breaker_.next_probe_ns();
  breaker_.on_start();
  breaker_.on_success();
  fail(1);
  EXPECT_TRUE(breaker_.is_open());
}

TEST_F(BreakerTest, slow_start_is_over_when_the_exit_needs_no_wider_window) {
  breaker_ = Breaker(random_, 1);
  fail(10);
  now_ = breaker_.next_probe_ns();
  breaker_.on_start();
  breaker_.on_success();  // The probe.
  breaker_.on_success();
  fail(9);
  EXPECT_FALSE(breaker_.is_open());
  fail(1);
  EXPECT_TRUE(breaker_.is_open());
}

TEST(Backoff, ceiling_doubles_from_base_to_cap) {
  const Backoff backoff(kNsPerSec, 300 * kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(0), kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(1), kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(2), 2 * kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(9), 256 * kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(10), 300 * kNsPerSec);
  EXPECT_EQ(backoff.ceiling_ns(4'000'000'000u), 300 * kNsPerSec);
}

TEST(Backoff, pauses_are_spread_over_the_whole_range) {
  const Backoff backoff(kNsPerSec, 300 * kNsPerSec);
  SeededRandom random(1);
  int low = 0, high = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t pause_ns = backoff.pause_ns(5, random);
    ASSERT_GE(pause_ns, 0);
    ASSERT_LE(pause_ns, 16 * kNsPerSec);
    (pause_ns < 8 * kNsPerSec ? low : high)++;
  }
  EXPECT_GT(low, 400);
  EXPECT_GT(high, 400);
}

TEST(RateLimit, thirty_a_minute_is_one_every_two_seconds) {
  SteadyNs now = 0;
  RateLimit limit(0.5, now);
  EXPECT_EQ(limit.next_ns(now), now);
  limit.take(now);
  for (int i = 0; i < 100; ++i) {
    const SteadyNs next = limit.next_ns(now);
    EXPECT_NEAR(static_cast<double>(next - now), 2e9, 1e3);
    now = next;
    EXPECT_LE(limit.next_ns(now), now);
    limit.take(now);
  }
}

TEST(RateLimit, tokens_do_not_pile_up_beyond_a_second) {
  RateLimit limit(10, 0);
  const SteadyNs later = 3600 * kNsPerSec;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(limit.next_ns(later), later);
    limit.take(later);
  }
  EXPECT_GT(limit.next_ns(later), later);
}

}  // namespace
}  // namespace tt::portals
