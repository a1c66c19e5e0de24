// Settled seqs: ranges merge, the mark follows.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/settled_set.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace tt::tunnel {
namespace {

TEST(SettledSet, agrees_with_a_plain_set_of_numbers) {
  SeededRandom random(3);
  for (int round = 0; round < 50; ++round) {
    SettledSet settled(10);
    std::set<Seq> plain;
    for (Seq seq = 0; seq < 10; ++seq) plain.insert(seq);
    for (int step = 0; step < 60; ++step) {
      const Seq first = random.below(200);
      const Seq end = first + random.below(12);
      settled.settle(first, end);
      for (Seq seq = first; seq < end; ++seq) plain.insert(seq);
      Seq low = 0;
      while (plain.contains(low)) ++low;
      ASSERT_EQ(settled.low(), low);
      for (Seq seq = 0; seq < 220; ++seq)
        ASSERT_EQ(settled.contains(seq), plain.contains(seq)) << seq;
      Seq last = settled.low();
      for (const auto& [begin, stop] : settled.ranges()) {
        ASSERT_GT(begin, last) << "ranges touch";
        ASSERT_GT(stop, begin);
        last = stop;
      }
    }
  }
}

TEST(SettledSet, says_whether_anything_changed) {
  SettledSet settled(5);
  EXPECT_FALSE(settled.settle(0, 5));
  EXPECT_TRUE(settled.settle(7, 9));
  EXPECT_FALSE(settled.settle(7, 8));
  EXPECT_TRUE(settled.settle(5, 7));
  EXPECT_EQ(settled.low(), 9u);
}

}  // namespace
}  // namespace tt::tunnel
