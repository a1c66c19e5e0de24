// Tests of base/json_split: parts are found, and their bytes are left alone.
// SPDX-License-Identifier: Apache-2.0
#include "base/json_split.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

TEST(JsonSplit, members_come_as_they_are_written) {
  const auto members = split_object(
      " { \"a\" : 1e400 , \"b\\\"\":\"}\\\"\", \"c\":{\"d\":[1,\"]\"]},\"e\":[ ] , \"a\":null}\n");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 5u);
  EXPECT_EQ((*members)[0].value, "1e400");
  EXPECT_EQ((*members)[1].name, "b\\\"");
  EXPECT_EQ((*members)[1].value, "\"}\\\"\"");
  EXPECT_EQ((*members)[2].value, "{\"d\":[1,\"]\"]}");
  EXPECT_EQ((*members)[3].value, "[ ]");
  EXPECT_EQ(find_member(*members, "a"), "1e400");
  EXPECT_EQ(find_member(*members, "x"), "");
}

TEST(JsonSplit, a_member_of_a_text_that_may_be_no_object) {
  EXPECT_EQ(raw_member("{\"a\":1.50}", "a"), "1.50");
  EXPECT_EQ(raw_member("{\"a\":1.50}", "b"), "");
  EXPECT_EQ(raw_member("[1]", "a"), "");
}

TEST(JsonSplit, what_is_no_object_has_no_members) {
  for (const std::string_view text :
       {"", "[]", "\"a\"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1} x",
        "{a:1}", "{\"a\":\"open}", "{\"a\":[1}", "{\"a\" 1}", "{\"a\":\"\\", "{,}", "{\"a\":}"})
    EXPECT_FALSE(split_object(text)) << text;
}

TEST(JsonSplit, an_empty_object_has_no_members) {
  const auto members = split_object("{}");
  ASSERT_TRUE(members);
  EXPECT_TRUE(members->empty());
}

TEST(JsonSplit, elements_come_as_they_are_written) {
  using Texts = std::vector<std::string_view>;
  EXPECT_EQ(split_list("[]"), Texts{});
  EXPECT_EQ(split_list(" [ 1.50 ,\"a,]\\\"\" ,[[2],{}]\n,null]\r\n"),
            (Texts{"1.50", "\"a,]\\\"\"", "[[2],{}]", "null"}));
}

TEST(JsonSplit, what_is_no_list_has_no_elements) {
  for (const std::string_view text : {"", "{}", "\"a\"", "[", "[1", "[1,", "[,", "[1}", "[1 2]",
                                      "[\"open]", "[[1]", "[\"\\", "[1] x"})
    EXPECT_FALSE(split_list(text)) << text;
}

}  // namespace
}  // namespace tt
