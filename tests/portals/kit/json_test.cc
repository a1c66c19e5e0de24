// Tests of portals/kit/json.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tt::portals {
namespace {

TEST(Json, readers_find_members_and_positions) {
  const auto value = parse_json(R"({"a":{"b":[{"c":"x"},7,2.5,true,null]}})");
  ASSERT_TRUE(value);
  EXPECT_EQ(text_at(*value, "a.b.0.c"), "x");
  EXPECT_EQ(int_at(*value, "a.b.1"), 7);
  EXPECT_EQ(number_at(*value, "a.b.2"), 2.5);
  EXPECT_TRUE(bool_at(*value, "a.b.3"));
  EXPECT_EQ(list_at(*value, "a.b")->size(), 5u);
  EXPECT_EQ(any_text_at(*value, "a.b.1"), "7");
  EXPECT_EQ(any_text_at(*value, "a.b.0.c"), "x");
  EXPECT_EQ(any_text_at(*value, "a.b.4"), "");
}

TEST(Json, readers_are_quiet_about_what_is_missing_or_of_another_type) {
  const auto value = parse_json(R"({"a":[1],"t":"x","n":1e300})");
  ASSERT_TRUE(value);
  for (const char* path : {"b", "a.1", "a.x", "a.0.z", "t.u", "a..", "."}) {
    EXPECT_EQ(find_at(*value, path), nullptr) << path;
    EXPECT_EQ(text_at(*value, path), "") << path;
    EXPECT_EQ(int_at(*value, path, 9), 9) << path;
  }
  EXPECT_EQ(text_at(*value, "a"), "");
  EXPECT_EQ(int_at(*value, "t", -1), -1);
  EXPECT_EQ(int_at(*value, "n", -1), -1);
  EXPECT_EQ(map_at(*value, "a"), nullptr);
}

TEST(Json, a_number_beyond_a_double_is_written_as_json) {
  const auto value = parse_json("[1e400,-1e400,17.0]");
  ASSERT_TRUE(value);
  EXPECT_EQ(json_text(*value), "[1e999,-1e999,17]");
}

TEST(Json, damaged_texts_are_refused_with_a_reason) {
  for (const char* text : {"", "{", "{\"a\":}", "[1,]", "\"\xff\"", "nul", "1 2"}) {
    std::string error;
    EXPECT_FALSE(parse_json(text, &error)) << text;
    EXPECT_FALSE(error.empty()) << text;
  }
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
}

TEST(JsonWriter, writes_compact_nested_text) {
  JsonWriter json;
  json.map().key("t").text("a\"\n").key("l").list().number(1).number(-2).end();
  json.some("gone", "").some("there", "x").key("m").map().end().key("b").boolean(false).end();
  EXPECT_EQ(json.str(), R"({"t":"a\"\n","l":[1,-2],"there":"x","m":{},"b":false})");
}

}  // namespace
}  // namespace tt::portals
