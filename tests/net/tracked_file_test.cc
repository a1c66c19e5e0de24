// What is noted of a file that is followed, and what is said of one that cannot be read.
// SPDX-License-Identifier: Apache-2.0
#include "net/tracked_file.h"

#include <gtest/gtest.h>

#include "base/log.h"

namespace tt::net {
namespace {

TEST(TrackedFile, a_note_has_the_first_name_when_it_is_another) {
  TrackedFile one({.path = "/a.log"}, 3);
  EXPECT_EQ(one.note(), (TailPosition{.path = "/a.log", .first_number = 3}));
  one.file.set_path("/a.log.1");
  EXPECT_EQ(one.note(),
            (TailPosition{.path = "/a.log.1", .first_path = "/a.log", .first_number = 3}));
}

TEST(TrackedFile, what_stands_in_a_file_whose_end_was_not_found_is_old_after_a_restart) {
  TrackedFile one({.path = "/a.log"}, 1);
  one.must_skip = true;
  one.file.set_size(7);
  EXPECT_EQ(one.note().offset, 7u);
  one.must_skip = false;
  EXPECT_EQ(one.note().offset, 0u);
}

TEST(TrackedFile, a_problem_stands_until_the_file_is_read_again) {
  log::set_level(log::Level::kOff);
  TrackedFile one({.path = "/a.log"}, 1);
  one.set_problem("no permission");
  one.set_problem("no permission");
  EXPECT_EQ(one.problem, "no permission");
  one.set_problem("");
  EXPECT_EQ(one.problem, "");
}

}  // namespace
}  // namespace tt::net
