// The matrix of events and exits: what is set is found, by exit and in order.
// SPDX-License-Identifier: Apache-2.0
#include "rules/exit_bits.h"

#include <gtest/gtest.h>

namespace tt::rules {
namespace {

std::vector<std::size_t> events_of(const ExitBits& bits, std::size_t exit) {
  std::vector<std::size_t> events;
  for (std::size_t i = bits.next(exit, 0); i < bits.event_count(); i = bits.next(exit, i + 1))
    events.push_back(i);
  return events;
}

TEST(ExitBits, an_exit_finds_its_events_and_no_others) {
  ExitBits bits;
  bits.reset(200, 3);
  for (const std::size_t event : {0u, 63u, 64u, 130u, 199u}) bits.set(event, 1);
  bits.set(5, 2);
  EXPECT_TRUE(events_of(bits, 0).empty());
  EXPECT_EQ(events_of(bits, 1), (std::vector<std::size_t>{0, 63, 64, 130, 199}));
  EXPECT_EQ(events_of(bits, 2), (std::vector<std::size_t>{5}));
  EXPECT_EQ(bits.next(1, 65), 130u);
  EXPECT_EQ(bits.next(1, 200), 200u);
  bits.clear(64, 1);
  EXPECT_FALSE(bits.test(64, 1));
  EXPECT_EQ(bits.next(1, 64), 130u);
  EXPECT_TRUE(bits.any(5));
  EXPECT_FALSE(bits.any(64));
}

TEST(ExitBits, a_reset_forgets_all) {
  ExitBits bits;
  bits.reset(64, 2);
  bits.set(63, 1);
  bits.reset(64, 2);
  EXPECT_EQ(bits.next(1, 0), 64u);
  bits.reset(0, 2);
  EXPECT_EQ(bits.next(1, 0), 0u);
}

}  // namespace
}  // namespace tt::rules
