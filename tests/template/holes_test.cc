// Where holes begin and end.
// SPDX-License-Identifier: Apache-2.0
#include "template/holes.h"

#include <gtest/gtest.h>

namespace tt::tmpl {
namespace {

std::vector<std::string> inside(std::string_view text, std::size_t errors_expected = 0) {
  std::vector<TemplateError> errors;
  std::vector<std::string> found;
  for (const Hole& hole : find_holes(text, errors))
    found.emplace_back(text.substr(hole.begin, hole.length));
  EXPECT_EQ(errors.size(), errors_expected) << text;
  return found;
}
using Texts = std::vector<std::string>;

TEST(Holes, end_at_the_braces_that_close_them) {
  EXPECT_EQ(inside("a{{b}}c{{ d }}"), (Texts{"b", " d "}));
  EXPECT_EQ(inside("{{ {\"a\": {}} }}"), (Texts{" {\"a\": {}} "}));
  EXPECT_EQ(inside("{{ \"}}\" }}"), (Texts{" \"}}\" "}));
  EXPECT_EQ(inside("{{ '\\'}}' }}"), (Texts{" '\\'}}' "}));
  EXPECT_EQ(inside("{{ r'\\' }}x"), (Texts{" r'\\' "}));
  EXPECT_EQ(inside("{{ '''a'}}''' }}"), (Texts{" '''a'}}''' "}));
}

TEST(Holes, single_braces_are_text) { EXPECT_EQ(inside("{ } }} {a}"), Texts{}); }

TEST(Holes, never_closed_and_empty_ones_are_mistakes) {
  inside("a {{ b", 1);
  inside("a {{ b }", 1);
  inside("a {{ 'b }}", 1);
  inside("{{}} {{ }}", 2);
}

TEST(Holes, what_follows_the_last_one_is_text) {
  EXPECT_EQ(text_after_holes("a{{b}}c"), "c");
  EXPECT_EQ(text_after_holes("abc"), "abc");
}

}  // namespace
}  // namespace tt::tmpl
