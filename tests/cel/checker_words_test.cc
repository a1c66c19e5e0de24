// Types and signatures in the words of diagnostics.
// SPDX-License-Identifier: Apache-2.0
#include "cel/checker_words.h"

#include <gtest/gtest.h>

#include "cel/ast.h"

namespace tt::cel {
namespace {

std::string spoken(std::string_view type) { return cel::spoken(*Type::parse(type)); }

TEST(CheckerWords, types_are_said_without_type_variables) {
  EXPECT_EQ(spoken("list(T)"), "list");
  EXPECT_EQ(spoken("list(string)"), "list(string)");
  EXPECT_EQ(spoken("map(K, V)"), "map");
  EXPECT_EQ(spoken("map(string, int)"), "map(string, int)");
  EXPECT_EQ(spoken("optional_type(dyn)"), "optional");
  EXPECT_EQ(spoken("optional_type(int)"), "optional(int)");
  EXPECT_EQ(spoken("T"), "any");
  EXPECT_EQ(spoken("null_type"), "null");
  EXPECT_EQ(spoken("timestamp"), "timestamp");
}

TEST(CheckerWords, operators_are_shown_between_their_operands) {
  const Type text = Type::string(), number = Type::int64();
  EXPECT_EQ(signature(std::string(op::kAdd), {text, number}, false), "string + int");
  EXPECT_EQ(signature(std::string(op::kNot), {text}, false), "!string");
  EXPECT_EQ(signature(std::string(op::kIn), {text, number}, false), "string in int");
  EXPECT_EQ(signature(std::string(op::kIndex), {text, number}, false), "string[int]");
  EXPECT_EQ(signature("startsWith", {text, number}, true), "string.startsWith(int)");
  EXPECT_EQ(signature("size", {number}, false), "size(int)");
}

TEST(CheckerWords, what_is_no_condition_is_turned_into_one) {
  EXPECT_EQ(hint_for_condition("x", Type::string(), false), "write x != \"\"");
  EXPECT_EQ(hint_for_condition("x", Type::string(), true), "write x == \"\"");
  EXPECT_EQ(hint_for_condition("x", Type::list(Type::dyn()), false), "write size(x) > 0");
  EXPECT_EQ(hint_for_condition("x", Type::timestamp(), false), "");
}

TEST(CheckerWords, members_of_other_languages_are_answered_with_functions) {
  EXPECT_EQ(hint_for_step("length", "x", Type::string()), "write size(x)");
  EXPECT_EQ(hint_for_step("length", "x", Type::int64()), "");
  EXPECT_NE(hint_for_step("hour", "x", Type::timestamp()), "");
}

}  // namespace
}  // namespace tt::cel
