// One slow group costs those that append little; a slow disk keeps them away from it.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/commit_pause.h"

#include <gtest/gtest.h>

namespace tt::tunnel {
namespace {

class CommitPauseTest : public testing::Test {
 protected:
  static constexpr std::int64_t kQuick = CommitPause::kSlowNs;
  static constexpr std::int64_t kSlow = CommitPause::kSlowNs + 1;

  void group(std::int64_t took_ns) {
    pause_.note_group(now_, now_ + took_ns);
    now_ += took_ns;
  }
  std::int64_t length() const {
    std::int64_t length = 0;
    while (!pause_.is_over(now_ + length)) length += kNsPerMs;
    return length;
  }

  CommitPause pause_;
  SteadyNs now_ = 7 * kNsPerSec;
};

TEST_F(CommitPauseTest, there_is_none_at_first_nor_after_quick_groups) {
  EXPECT_TRUE(pause_.is_over(0));
  group(kQuick);
  EXPECT_EQ(length(), 0);
}

TEST_F(CommitPauseTest, one_slow_group_makes_a_short_one_that_quick_ones_end) {
  group(kSlow);
  EXPECT_EQ(length(), CommitPause::kShortestNs);
  group(kQuick);
  EXPECT_EQ(length(), CommitPause::kShortestNs / 2);
  for (int i = 0; i < 30; ++i) group(kQuick);
  EXPECT_EQ(length(), 0);
}

TEST_F(CommitPauseTest, slow_groups_in_a_row_double_it_up_to_the_longest) {
  group(kSlow);
  group(kSlow);
  EXPECT_EQ(length(), 2 * CommitPause::kShortestNs);
  for (int i = 0; i < 30; ++i) group(kSlow);
  EXPECT_EQ(length(), CommitPause::kLongestNs);
}

TEST_F(CommitPauseTest, groups_by_turns_slow_and_quick_keep_it_short) {
  for (int i = 0; i < 30; ++i) {
    group(kSlow);
    group(kQuick);
  }
  EXPECT_LE(length(), CommitPause::kShortestNs);
}

}  // namespace
}  // namespace tt::tunnel
