// What a plain scalar is by the YAML 1.2 core schema, and places inside scalars.
// SPDX-License-Identifier: Apache-2.0
#include "config/node.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

Node plain(std::string text) {
  Node node;
  node.kind = NodeKind::kScalar;
  node.text = std::move(text);
  return node;
}

TEST(Node, numbers_are_those_of_json) {
  for (const char* text :
       {"0", "-1", "+1", "1.5", "1e3", "1.5E-3", "123456789012345678901234567890"})
    EXPECT_TRUE(is_plain_number(plain(text))) << text;
  for (const char* text :
       {"", "-", "01", ".5", "1.", "1e", "0x1", "1_0", "1 ", "NaN", ".inf", "12:30"})
    EXPECT_FALSE(is_plain_number(plain(text))) << text;
}

TEST(Node, only_plain_words_are_booleans) {
  bool value = false;
  EXPECT_TRUE(is_plain_bool(plain("True"), value) && value);
  EXPECT_TRUE(is_plain_bool(plain("false"), value) && !value);
  EXPECT_FALSE(is_plain_bool(plain("yes"), value));
  Node quoted = plain("true");
  quoted.style = Style::kDouble;
  EXPECT_FALSE(is_plain_bool(quoted, value));
}

TEST(Node, is_described_as_people_would) {
  EXPECT_EQ(plain("3").described(), "a number");
  EXPECT_EQ(plain("x").described(), "text");
  EXPECT_EQ(plain("true").described(), "`true`");
  EXPECT_EQ(Node{}.described(), "nothing");
}

TEST(MarkInside, a_scalar_from_no_file_has_the_place_of_its_use) {
  const Files files;
  Node node = plain("abc");
  node.alias = Mark{0, 3, 4, 2};
  EXPECT_EQ(mark_inside(files, node, 1), *node.alias);
}

TEST(MarkInside, a_folded_value_is_looked_up_in_its_own_lines) {
  Files files;
  files.add("a.yaml", "a: x\n  y z\n");
  Node node = plain("x y z");
  node.mark = {0, 1, 4, 1};
  EXPECT_EQ(mark_inside(files, node, 4), (Mark{0, 2, 5, 1}));
  EXPECT_EQ(mark_inside(files, node, 0, 5), (Mark{0, 1, 4, 1}));
}

TEST(MarkInside, the_end_of_a_value_is_behind_its_last_byte) {
  Files files;
  files.add("a.yaml", "a: x\n  y z\n");
  Node node = plain("x y z");
  node.mark = {0, 1, 4, 1};
  EXPECT_EQ(mark_inside(files, node, 99), (Mark{0, 2, 6, 1}));
}

TEST(MarkInside, escapes_of_a_value_over_lines_count_as_what_they_stand_for) {
  Files files;
  files.add("a.yaml", "a: \"x \\\"\\u00fc\\\" \\\n  \\n y z\"\n");
  Node node = plain("x \"\u00fc\" \n y z");
  node.style = Style::kDouble;
  node.mark = {0, 1, 4, 1};
  EXPECT_EQ(mark_inside(files, node, node.text.find('z')), (Mark{0, 2, 8, 1}));
}

}  // namespace
}  // namespace tt::config
