// Styles, lengths and comments read from the source text.
// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_text.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

TEST(YamlText, properties_are_skipped) {
  EXPECT_EQ(skip_properties("!tag &anchor\n  value x"), "value x");
  EXPECT_EQ(skip_properties("value"), "value");
  EXPECT_EQ(skip_properties("!tag"), "");
}

TEST(YamlText, a_quoted_scalar_ends_at_its_own_quote) {
  EXPECT_EQ(quoted_bytes("'it''s' x"), 7u);
  EXPECT_EQ(quoted_bytes("\"a\\\"b\" x"), 6u);
  EXPECT_EQ(quoted_bytes("'a\n b'"), 6u);
  EXPECT_EQ(quoted_bytes("'never"), std::string_view::npos);
}

TEST(YamlText, a_comment_needs_a_blank_before_it) {
  EXPECT_EQ(comment_at(" # x\ny"), "# x");
  EXPECT_EQ(comment_at("# x"), "");
  EXPECT_EQ(comment_at(" x # y"), "");
}

TEST(YamlText, all_below_a_node_is_counted) {
  Node node;
  node.children.resize(3);
  node.children[0].children.resize(2);
  node.children[1].text = "abc";
  node.children[1].key = "k";
  EXPECT_EQ(count_nodes(node), 6u);
  EXPECT_EQ(count_text(node), 4u);
}

}  // namespace
}  // namespace tt::config
