// Tests of portals/plugin/plugin_common: requests that would break out of HTTP.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_common.h"

#include <gtest/gtest.h>

namespace tt::portals::plugin {
namespace {

bool is_sound(const ExitRequest& request) { return check_request(request).ok(); }

TEST(CheckRequest, what_is_no_url_no_word_or_no_line_is_refused) {
  EXPECT_TRUE(is_sound({.url = "https://example.com/a?b", .headers = {{"X-A", "one two"}}}));
  EXPECT_FALSE(is_sound({.url = "https://example.com/a b"}));
  EXPECT_FALSE(is_sound({.url = "https://example.com/\xc3\xa4"}));
  EXPECT_FALSE(is_sound({.method = "GET /x"}));
  EXPECT_FALSE(is_sound({.headers = {{"X-A: b\r\nX", "c"}}}));
  EXPECT_FALSE(is_sound({.headers = {{"", "c"}}}));
  EXPECT_FALSE(is_sound({.headers = {{"X-A", "b\r\nHost: evil"}}}));
}

}  // namespace
}  // namespace tt::portals::plugin
