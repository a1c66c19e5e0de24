// Who waits for whom: by names that files had and have.
// SPDX-License-Identifier: Apache-2.0
#include "net/rotation.h"

#include <gtest/gtest.h>

namespace tt::net {
namespace {

constexpr SteadyNs kNow = TrackedFile::kAwayNs;

class RotationTest : public ::testing::Test {
 protected:
  RotationTest() {
    old_.is_away = true;
    old_.renamed_ns = kNow;
  }
  const TrackedFile* ahead_of(const TrackedFile& one) {
    rotation_.clear();
    rotation_.see(old_, kNow);
    rotation_.see(new_, kNow);
    return rotation_.find_ahead(one);
  }
  TrackedFile old_{{.path = "/a.log"}, 1};
  TrackedFile new_{{.path = "/a.log"}, 2};
  Rotation rotation_;
};

TEST_F(RotationTest, who_had_the_name_before_comes_first_while_it_has_lines) {
  EXPECT_EQ(ahead_of(new_), &old_);
  EXPECT_EQ(ahead_of(old_), nullptr);
  old_.may_have_more = false;
  EXPECT_EQ(ahead_of(new_), nullptr);
  old_.is_busy = true;
  EXPECT_EQ(ahead_of(new_), &old_);
}

TEST_F(RotationTest, nobody_waits_for_what_cannot_be_read_or_is_finished) {
  old_.problem = "no permission";
  EXPECT_EQ(ahead_of(new_), nullptr);
  old_.problem.clear();
  old_.is_finished = true;
  EXPECT_EQ(ahead_of(new_), nullptr);
}

TEST_F(RotationTest, nor_for_a_file_of_another_name) {
  const TrackedFile other({.path = "/b.log"}, 3);
  EXPECT_EQ(ahead_of(other), nullptr);
}

TEST_F(RotationTest, a_file_that_patterns_find_under_its_new_name_comes_first_too) {
  old_.is_away = false;
  old_.file.set_path("/a.log.1");
  EXPECT_EQ(ahead_of(new_), &old_);
  old_.file.set_path("/a.log");
  EXPECT_EQ(ahead_of(new_), nullptr);
}

TEST_F(RotationTest, the_first_name_and_number_may_be_those_of_before_a_restart) {
  TrackedFile known({.path = "/a.log.1", .first_path = "/a.log", .first_number = 1}, 7);
  known.renamed_ns = kNow;
  rotation_.see(known, kNow);
  EXPECT_EQ(rotation_.find_ahead(new_), &known);
}

}  // namespace
}  // namespace tt::net
