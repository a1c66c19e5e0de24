// Which exit code an error becomes: what a unit or a script does next depends on it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/exit_code.h"

#include <gtest/gtest.h>

namespace tt::cli {
namespace {

TEST(ExitCode, what_may_heal_asks_for_another_try) {
  EXPECT_EQ(exit_code_of(retry("the disk is full")), 69);
  EXPECT_EQ(exit_code_of(stopped("in use by process 12")), 69);
}

TEST(ExitCode, what_a_person_must_mend_stops_a_unit_from_trying) {
  EXPECT_EQ(exit_code_of(misconfigured("format 2.0 is newer")), 78);
}

TEST(ExitCode, the_rest_is_wrong_input_or_the_disk_where_the_input_is_known_to_be_right) {
  for (const Error& error : {reject("input/output error"), corrupt("not what was written")}) {
    EXPECT_EQ(exit_code_of(error), 1);
    EXPECT_EQ(exit_code_of_disk(error), 74);
  }
  EXPECT_EQ(exit_code_of_disk(retry("the disk is full")), 69);
  EXPECT_EQ(exit_code_of_disk(misconfigured("format 2.0 is newer")), 78);
}

}  // namespace
}  // namespace tt::cli
