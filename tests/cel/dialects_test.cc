// Words of other languages are answered with those of CEL, and CEL's own are left alone.
// SPDX-License-Identifier: Apache-2.0
#include "cel/dialects.h"

#include <gtest/gtest.h>

#include "cel/support.h"

namespace tt::cel {
namespace {

using testing::World;

std::string hint_of(std::string_view text) {
  World world;
  const Compiled compiled = compile(text, world.environment);
  return compiled.diagnostics.empty() ? "" : compiled.diagnostics.front().hint;
}

TEST(Dialects, letters_compare_without_regard_to_case) {
  EXPECT_EQ(hint_for_operator("AND"), "write '&&'");
  EXPECT_EQ(hint_for_function("toLowerCase"), hint_for_function("tolowercase"));
  EXPECT_EQ(hint_for_name("None"), hint_for_name("none"));
  EXPECT_EQ(hint_for_unit("m"), hint_for_unit("H"));
}

TEST(Dialects, what_no_language_has_gets_no_hint) {
  EXPECT_EQ(hint_for_operator(""), "");
  EXPECT_EQ(hint_for_value("frobnicate"), "");
  EXPECT_EQ(hint_for_function("frobnicate"), "");
  EXPECT_EQ(hint_for_unit("parsec"), "");
}

TEST(Dialects, functions_that_cel_has_are_not_in_the_table) {
  World world;
  for (const std::string_view name : world.environment.function_names()) {
    EXPECT_EQ(hint_for_function(name), "") << name;
  }
}

TEST(Dialects, every_macro_says_how_it_is_used) {
  for (const char* name : {"has", "all", "exists", "exists_one", "existsOne", "map", "filter",
                           "transformList", "transformMap", "transformMapEntry", "optMap"}) {
    EXPECT_NE(usage_of_macro(name), "") << name;
  }
  EXPECT_EQ(usage_of_macro("size"), "");
}

TEST(Dialects, a_hint_that_shows_an_expression_shows_one_that_compiles) {
  World world;
  for (const char* text :
       {"event.?x.orValue(\"other\") == \"\"", "event.message.matches(\"...\")",
        "event.tags.exists(x, x == \"...\")", "event.tags.all(x, x == \"...\")",
        "event.tags.filter(x, x != \"...\").size() > 0", "event.message.lowerAscii() == \"\"",
        "event.message.upperAscii() == \"\"", "sample(event.project, 0.01)",
        "event.severity.atLeast(\"error\")", "event.message.substring(1, 2) == \"\"",
        "event.timestamp - timestamp(0) > duration(\"5m\")", "event.message.charAt(0) == \"a\"",
        "event.timestamp.getHours(\"Europe/Berlin\") > 8", "has(event.x)"}) {
    EXPECT_TRUE(compile(text, world.environment).ok()) << text;
  }
}

TEST(Dialects, names_and_members_that_end_in_not_are_no_negation) {
  EXPECT_EQ(hint_of("not event.flag"), "negation is written '!'");
  EXPECT_EQ(hint_of("event.knot event.flag"), "");
  EXPECT_EQ(hint_of("event.not event.flag"), "");
}

TEST(Dialects, expressions_that_are_right_stay_right) {
  World world;
  for (const char* text :
       {"event.a ? .5 : 1.0", "!event.a", "-event.n < -1", "event.a ?event.b :event.c",
        "event.contains.startsWith('and')", "event.and == event.or", "event.length == 3",
        "[1, 2].exists(x, x == 1)"}) {
    const Compiled compiled = compile(text, world.environment);
    EXPECT_TRUE(compiled.ok()) << text << ": " << compiled.diagnostics.front().text;
  }
}

}  // namespace
}  // namespace tt::cel
