// Which bracket is open at a place, and what looks like one and is none.
// SPDX-License-Identifier: Apache-2.0
#include "config/open_bracket.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

/// "LINE:COLUMN BRACKET" of the innermost bracket open at the end of `yaml`; "" for none.
std::string open_in(const std::string& yaml) {
  Files files;
  const int file = files.add("a.yaml", yaml);
  std::uint32_t line = 1;
  for (const char c : yaml) line += c == '\n';
  const auto found = find_open_bracket(files, 1, {file, line, 1000, 1});
  if (!found) return "";
  return std::to_string(found->mark.line) + ":" + std::to_string(found->mark.column) + " " +
         found->bracket;
}

TEST(OpenBracket, is_the_innermost_that_nothing_closes) {
  EXPECT_EQ(open_in("a: {b: [c, d]"), "1:4 {");
  EXPECT_EQ(open_in("a: {b: [c, d"), "1:8 [");
  EXPECT_EQ(open_in("a: {b: c,\n  d: [e]\nf: g"), "1:4 {");
  EXPECT_EQ(open_in("- [a\n- b"), "1:3 [");
  EXPECT_EQ(open_in("a: {b: [c, d]}\ne: [f]"), "");
}

TEST(OpenBracket, texts_and_comments_open_none) {
  EXPECT_EQ(open_in("a: 'x [ y'"), "");
  EXPECT_EQ(open_in("a: \"x \\\" { y\""), "");
  EXPECT_EQ(open_in("a: b # {"), "");
  EXPECT_EQ(open_in("a: list[0"), "");
  EXPECT_EQ(open_in("a: don't {"), "");
  EXPECT_EQ(open_in("a: {b: 'it''s }'"), "1:4 {");
}

TEST(OpenBracket, says_whether_another_one_is_open_around_it) {
  Files files;
  const int file = files.add("a.yaml", "a: {b: [c");
  EXPECT_TRUE(find_open_bracket(files, 1, {file, 1, 10, 1})->is_inside);
  EXPECT_FALSE(find_open_bracket(files, 1, {file, 1, 5, 1})->is_inside);
}

}  // namespace
}  // namespace tt::config
