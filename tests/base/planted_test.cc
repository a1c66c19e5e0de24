// No bug is planted unless the build and the environment ask for it.
// SPDX-License-Identifier: Apache-2.0
#include "base/planted.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

#ifndef TT_PLANTED_BUGS
static_assert(!planted("ack-before-sync"), "a program that people run has no planted bug");
#endif

TEST(Planted, a_bug_that_nobody_named_is_not_there) { EXPECT_FALSE(planted("no-such-bug")); }

}  // namespace
}  // namespace tt
