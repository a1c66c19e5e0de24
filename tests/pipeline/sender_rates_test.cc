// SenderRates: each sender has its own bucket, and the memory of them is bounded.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/sender_rates.h"

#include <gtest/gtest.h>

namespace tt::pipeline {
namespace {

bool take(SenderRates& rates, std::string_view sender, SteadyNs now) {
  if (rates.wait_ns(sender, now) > 0) return false;
  rates.charge(sender, now, 1);
  return true;
}

TEST(SenderRates, one_sender_over_its_rate_does_not_touch_another) {
  SenderRates rates(2);
  EXPECT_TRUE(take(rates, "10.0.0.1", 0));
  EXPECT_TRUE(take(rates, "10.0.0.1", 0));
  EXPECT_FALSE(take(rates, "10.0.0.1", 0));
  EXPECT_TRUE(take(rates, "10.0.0.2", 0));
  EXPECT_TRUE(take(rates, "10.0.0.1", kNsPerSec));
}

TEST(SenderRates, a_batch_counts_for_its_events) {
  SenderRates rates(10);
  rates.charge("10.0.0.1", 0, 40);
  const std::int64_t wait_ns = rates.wait_ns("10.0.0.1", kNsPerSec);
  EXPECT_GT(wait_ns, kNsPerSec);
  EXPECT_GT(rates.wait_ns("10.0.0.1", wait_ns), 0);
  EXPECT_EQ(rates.wait_ns("10.0.0.1", kNsPerSec + wait_ns), 0) << "who waits as told gets in";
}

TEST(SenderRates, a_crowd_of_senders_does_not_grow_it) {
  SenderRates rates(1);
  EXPECT_TRUE(take(rates, "first", 0));
  EXPECT_FALSE(take(rates, "first", 0));
  for (std::size_t i = 0; i < SenderRates::kSendersMax; ++i) take(rates, std::to_string(i), 0);
  EXPECT_TRUE(take(rates, "first", 0)) << "the table began afresh";
}

}  // namespace
}  // namespace tt::pipeline
