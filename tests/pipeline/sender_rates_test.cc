// SenderRates: each sender has its own bucket, and the memory of them is bounded.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/sender_rates.h"

#include <gtest/gtest.h>

namespace tt::pipeline {
namespace {

TEST(SenderRates, one_sender_over_its_rate_does_not_touch_another) {
  SenderRates rates(2);
  EXPECT_TRUE(rates.take("10.0.0.1", 0));
  EXPECT_TRUE(rates.take("10.0.0.1", 0));
  EXPECT_FALSE(rates.take("10.0.0.1", 0));
  EXPECT_TRUE(rates.take("10.0.0.2", 0));
  EXPECT_TRUE(rates.take("10.0.0.1", kNsPerSec));
}

TEST(SenderRates, a_crowd_of_senders_does_not_grow_it) {
  SenderRates rates(1);
  EXPECT_TRUE(rates.take("first", 0));
  EXPECT_FALSE(rates.take("first", 0));
  for (std::size_t i = 0; i < SenderRates::kSendersMax; ++i) rates.take(std::to_string(i), 0);
  EXPECT_TRUE(rates.take("first", 0)) << "the table began afresh";
}

}  // namespace
}  // namespace tt::pipeline
