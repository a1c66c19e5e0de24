// What a line was plainly meant to say.
// SPDX-License-Identifier: Apache-2.0
#include "config/meant.h"

#include <gtest/gtest.h>

#include "config/traps.h"

namespace tt::config {
namespace {

std::string around(std::string_view line, char at) {
  return std::string(find_meant(line, line.find(at)).value());
}

TEST(Meant, a_value_in_a_block_goes_on_to_the_end_of_its_line) {
  EXPECT_EQ(around("  - - when: a ~ b  ", '~'), "a ~ b");
  EXPECT_EQ(around("x: ~ # y", '~'), "~ # y");
}

TEST(Meant, a_value_in_brackets_ends_at_its_bracket_or_at_the_next_name) {
  EXPECT_EQ(around("- {name: a, when: f(b, c) ~ [d, e], to: x}", '~'), "f(b, c) ~ [d, e]");
  EXPECT_EQ(around("- {name: a, when: b ~ c}", '~'), "b ~ c");
  EXPECT_EQ(around("r: [{when: \"}\" ~ c}]", '~'), "\"}\" ~ c");
}

TEST(Meant, the_hint_is_the_line_repaired) {
  const std::string line = "- {when: a ~ b, to: x}";
  EXPECT_EQ(quote_hint(find_meant(line, line.find('~')), "a ~ b"),
            "put the value in quotes:\n- {when: 'a ~ b', to: x}");
}

TEST(Meant, names_end_with_a_colon_and_a_blank) {
  EXPECT_EQ(name_bytes("when: x"), 6u);
  EXPECT_EQ(name_bytes("a.b-c:  x"), 8u);
  EXPECT_EQ(name_bytes("a:b"), 0u);
  EXPECT_EQ(name_bytes(": x"), 0u);
  EXPECT_EQ(name_bytes("a b: x"), 0u);
}

TEST(Quoted, picks_the_quotes_that_need_least_escaping) {
  EXPECT_EQ(quoted("a"), "'a'");
  EXPECT_EQ(quoted("it's"), "\"it's\"");
  EXPECT_EQ(quoted("it's \"x\""), "'it''s \"x\"'");
  EXPECT_EQ(quoted("a\nb"), "\"a\\nb\"");
}

}  // namespace
}  // namespace tt::config
