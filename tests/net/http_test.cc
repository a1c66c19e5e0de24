// Headers and reason phrases.
// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <gtest/gtest.h>

namespace tt::net {
namespace {

TEST(Http, headers_are_found_in_any_case_and_the_first_wins) {
  const Headers headers = {{"Content-Type", "a"}, {"CONTENT-TYPE", "b"}, {"Empty", ""}};
  EXPECT_EQ(find_header(headers, "content-type"), "a");
  EXPECT_EQ(find_header(headers, "content"), "");
  EXPECT_TRUE(has_header(headers, "EMPTY"));
  EXPECT_FALSE(has_header(headers, "none"));
}

TEST(Http, every_status_has_a_phrase) {
  EXPECT_EQ(reason_phrase(202), "Accepted");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace tt::net
