// Tests of api/letter_filter: which letters are meant.
// SPDX-License-Identifier: Apache-2.0
#include "api/letter_filter.h"

#include <gtest/gtest.h>

namespace tt::api {
namespace {

TEST(LetterFilter, every_part_must_fit) {
  tunnel::DeadLetter letter;
  letter.reason = "rejected";
  letter.seq = 5;
  letter.last_ns = 100;
  EXPECT_TRUE(LetterFilter{}.fits(letter));
  EXPECT_TRUE((LetterFilter{.reason = "rejected", .seq = 5, .last_ns = 100}).fits(letter));
  EXPECT_FALSE((LetterFilter{.reason = "encode"}).fits(letter));
  EXPECT_FALSE((LetterFilter{.seq = 6}).fits(letter));
  EXPECT_FALSE((LetterFilter{.last_ns = 101}).fits(letter));
}

}  // namespace
}  // namespace tt::api
