// Paths: values stay in their segment.
// SPDX-License-Identifier: Apache-2.0
#include "template/path.h"

#include <gtest/gtest.h>

namespace tt::tmpl {
namespace {

TEST(Path, a_segment_of_encoded_dots_climbs) {
  for (const char* climbing : {"%2E%2E", ".%2E", "%2e", "..%2Fadmin", "a%2F..%2Fb", "a%5C..%5Cb"})
    EXPECT_TRUE(is_climbing_segment(climbing)) << climbing;
  for (const char* good : {"", "a", "v1..v2", "a%20b", "...%20", "a%2Fb", "100%", "..", "."})
    EXPECT_FALSE(is_climbing_segment(good)) << good;
}

TEST(Path, a_value_empties_no_segment) {
  const std::string written = "/a/{{ event.x }}/b";
  EXPECT_TRUE(check_path("/a/x/b", written).ok());
  EXPECT_EQ(
      check_path("/a//b", written).error().text,
      "template: a segment of the path is empty: `{{ event.x }}` gives nothing for this event");
  EXPECT_EQ(
      check_path("/a/", "/{{ event.a + '/' }}/{{ event.b }}").error().text,
      "template: a segment of the path is empty: `{{ event.b }}` gives nothing for this event");
  EXPECT_FALSE(check_path("/a/", "/a/{{ event.x }}").ok());
  EXPECT_FALSE(check_path("//a", "/{{ event.x }}/a").ok());
  EXPECT_FALSE(check_path("/a/%2E%2E/b", written).ok());
}

TEST(Path, what_its_author_wrote_stays) {
  EXPECT_TRUE(check_path("", "").ok());
  EXPECT_TRUE(check_path("/", "/").ok());
  EXPECT_TRUE(check_path("/a/x/", "/a/{{ event.x }}/").ok());
  EXPECT_TRUE(check_path("/a//x", "/a//{{ event.x }}").ok());
}

}  // namespace
}  // namespace tt::tmpl
