// Tests of portals/kit/json_parts.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/json_parts.h"

#include <gtest/gtest.h>

namespace tt::portals {
namespace {

using Texts = std::vector<std::string_view>;

TEST(JsonParts, elements_stand_as_they_were_spelled) {
  EXPECT_EQ(json_elements("[]"), Texts{});
  EXPECT_EQ(json_elements(" [ 1.50 ,12345678901234567890, \"a,]\\\"\" ,null ] "),
            (Texts{"1.50", "12345678901234567890", "\"a,]\\\"\"", "null"}));
  EXPECT_EQ(json_elements("[{\"a\":[1,{}]},\n[[2],3],{}]"),
            (Texts{"{\"a\":[1,{}]}", "[[2],3]", "{}"}));
}

TEST(JsonParts, members_keep_order_and_repeated_names) {
  const std::string text = R"({ "b" : 1.0 ,"a":{"b":[2]}, "b":"}" ,"\u0062\"":true})";
  const auto members = json_members(text);
  ASSERT_EQ(members.size(), 4u);
  EXPECT_EQ(members[0].name, "b");
  EXPECT_EQ(members[0].value, "1.0");
  EXPECT_EQ(members[1].name, "a");
  EXPECT_EQ(members[1].value, R"({"b":[2]})");
  EXPECT_EQ(members[2].name, "b");
  EXPECT_EQ(members[2].value, "\"}\"");
  EXPECT_EQ(members[3].name, "b\"");
  EXPECT_EQ(members[3].value, "true");
}

TEST(JsonParts, other_types_have_no_parts) {
  for (const char* text : {"", " ", "1", "\"[1]\"", "null", "{}", "[]"}) {
    EXPECT_TRUE(json_elements(text).empty()) << text;
    EXPECT_TRUE(json_members(text).empty()) << text;
  }
  EXPECT_TRUE(json_elements("{\"a\":1}").empty());
  EXPECT_TRUE(json_members("[1]").empty());
}

TEST(JsonParts, texts_that_are_no_json_end_too) {
  for (const char* text :
       {"[", "[,", "[1,", "[\"", "[\"\\", "[[", "[}", "[1}2", "{", "{\"", "{\"a", "{\"a\"",
        "{\"a\":", "{\"a\":,", "{\"a\":1,", "{\"\\", "{1:2}", "{\"a\":}"}) {
    EXPECT_LE(json_elements(text).size(), 2u) << text;
    EXPECT_LE(json_members(text).size(), 2u) << text;
  }
}

}  // namespace
}  // namespace tt::portals
