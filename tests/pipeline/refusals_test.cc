// Refusals: their status, and what they tell a sender to do.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/refusals.h"

#include <gmock/gmock.h>

#include "base/clock.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;

TEST(Refusals, are_json_whatever_the_text) {
  EXPECT_EQ(error_answer(403, "a \"word\"\n").body, "{\"error\":\"a \\\"word\\\"\\n\"}\n");
}

TEST(Refusals, who_may_come_again_is_told_when) {
  EXPECT_EQ(net::find_header(busy_answer("shutting down").headers, "retry-after"), "5");
  const net::HttpAnswer slow = slow_down_answer("in", 2, kNsPerSec + 1);
  EXPECT_EQ(slow.status, 429);
  EXPECT_EQ(net::find_header(slow.headers, "retry-after"), "2") << "not too early";
  EXPECT_EQ(net::find_header(slow_down_answer("in", 2, kNsPerSec).headers, "retry-after"), "1");
}

TEST(Refusals, a_stranger_learns_nothing_whoever_refuses) {
  const net::HttpAnswer ours = unauthorised_answer();
  const net::HttpAnswer portals = decode_refusal({.status = 401, .text = "bad token", .body = "x"});
  EXPECT_EQ(portals.status, 401);
  EXPECT_EQ(portals.body, ours.body);
  EXPECT_EQ(portals.headers, ours.headers);
}

TEST(Refusals, a_portal_may_have_the_whole_answer) {
  EXPECT_EQ(decode_refusal({.status = 400, .text = "a", .body = "{\"line\":2}"}).body,
            "{\"line\":2}");
  EXPECT_EQ(decode_refusal({.status = 422, .text = "a", .body = ""}).body, "{\"error\":\"a\"}\n");
}

TEST(Refusals, a_body_that_cannot_be_unpacked_says_why) {
  EXPECT_EQ(unpack_refusal(net::DecodeFailure::kUnknownCoding, 1).status, 415);
  EXPECT_EQ(unpack_refusal(net::DecodeFailure::kDamaged, 1).status, 400);
  const net::HttpAnswer large = unpack_refusal(net::DecodeFailure::kTooLarge, 16u << 20);
  EXPECT_EQ(large.status, 413);
  EXPECT_THAT(large.body, HasSubstr("over the limit of 16MiB"));
}

TEST(Refusals, what_can_never_be_stored_is_not_asked_for_again) {
  EXPECT_EQ(append_refusal(reject("too large")).status, 413);
  const net::HttpAnswer full = append_refusal(retry("no room"));
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(net::find_header(full.headers, "retry-after"), "");
}

}  // namespace
}  // namespace tt::pipeline
