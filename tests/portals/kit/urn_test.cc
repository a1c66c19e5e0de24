// Tests of portals/kit/urn.h: names of senders cannot break out of a kind.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/urn.h"

#include <gtest/gtest.h>

namespace tt::portals {
namespace {

TEST(UrnPart, plain_names_stay_and_everything_else_is_an_underscore) {
  EXPECT_EQ(urn_part("postfix-2.b_C"), "postfix-2.b_C");
  EXPECT_EQ(urn_part("postfix/smtpd"), "postfix_smtpd");
  EXPECT_EQ(urn_part("a:b\n*\xc3\xb6"), "a_b____");
  EXPECT_EQ(urn_part(""), "");
}

TEST(UrnPart, long_names_are_cut) {
  EXPECT_EQ(urn_part(std::string(1000, 'x')), std::string(kUrnPartBytesMax, 'x'));
}

}  // namespace
}  // namespace tt::portals
