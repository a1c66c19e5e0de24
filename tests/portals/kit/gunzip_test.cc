// Tests of portals/kit/gunzip.h: members one behind the other, and bombs.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/gunzip.h"

#include <gtest/gtest.h>

#include "net/compress.h"

namespace tt::portals {
namespace {

TEST(Gunzip, members_are_joined) {
  const auto joined = gunzip(net::gzip("one ") + net::gzip("two"), 7);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(*joined, "one two");
}

TEST(Gunzip, what_is_damaged_or_too_much_is_refused_with_the_reason) {
  EXPECT_NE(gunzip("no gzip", 100).error().text.find("damaged"), std::string::npos);
  EXPECT_NE(gunzip(net::gzip("12345678"), 7).error().text.find("more than 7"), std::string::npos);
  EXPECT_EQ(gunzip("", 7).error().code, Code::kReject);
}

}  // namespace
}  // namespace tt::portals
