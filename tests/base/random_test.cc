// Tests of randomness: known numbers for a seed, and the helpers' ranges.
// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace tt {
namespace {

TEST(SeededRandom, gives_the_published_numbers_of_splitmix64) {
  // First outputs for the seed 1234567, as printed with the reference implementation.
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(SeededRandom, the_same_seed_gives_the_same_bytes) {
  std::array<unsigned char, 13> a{}, b{}, c{};
  SeededRandom(7).fill(a);
  SeededRandom(7).fill(b);
  SeededRandom(8).fill(c);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Random, stays_below_the_bound_and_reaches_all_of_it) {
  SeededRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(*seen.rbegin(), 6u);
  EXPECT_EQ(random.below(0), 0u);
}

TEST(Random, unit_is_at_least_0_and_less_than_1) {
  SeededRandom random(2);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.unit();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
  }
}

TEST(SystemRandom, does_not_repeat) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(system_random().next());
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace tt
