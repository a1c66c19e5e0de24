// Order, text and JSON forms of diagnostics.
// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

TEST(Diagnostics, are_sorted_by_place_and_said_once) {
  Diagnostics d;
  d.error("bad-value", {0, 3, 1, 1}, "later");
  d.error("bad-value", {0, 1, 5, 1}, "first");
  d.error("bad-value", {0, 3, 1, 1}, "later");
  d.sort();
  ASSERT_EQ(d.list().size(), 2u);
  EXPECT_EQ(d.list()[0].text, "first");
}

TEST(Diagnostics, strict_turns_warnings_into_errors) {
  Diagnostics d;
  d.warning("literal-secret", {}, "x");
  EXPECT_FALSE(d.has_errors());
  d.make_strict();
  EXPECT_TRUE(d.has_errors());
}

TEST(Diagnostics, the_caret_counts_characters_and_tabs_as_one) {
  Files files;
  files.add("a.yaml", "\tä: b\x1b[0m\n");
  Diagnostics d;
  d.error("bad-value", {0, 1, 6, 1}, "here");
  EXPECT_EQ(print_text(d, files),
            "a.yaml:1:6: error: here [bad-value]\n"
            "    1 |  ä: b [0m\n"
            "      |     ^\n");
}

TEST(Diagnostics, long_lines_are_cut_around_the_place) {
  Files files;
  files.add("a.yaml", std::string(5000, 'x') + "y" + std::string(5000, 'x'));
  Diagnostics d;
  d.error("bad-value", {0, 1, 5001, 1}, "here");
  EXPECT_LT(print_text(d, files).size(), 500u);
  EXPECT_NE(print_text(d, files).find('y'), std::string::npos);
}

TEST(Diagnostics, json_holds_all_parts) {
  Files files;
  files.add("a.yaml", "a: 1\n");
  Diagnostics d;
  Diagnostic& one = d.error("duplicate-key", {0, 1, 1, 1}, "say \"x\"", "help");
  one.related_text = "first";
  one.related = {0, 1, 2, 1};
  EXPECT_EQ(print_json(d, files),
            R"([{"severity":"error","code":"duplicate-key","text":"say \"x\"","hint":"help",)"
            R"("file":"a.yaml","line":1,"column":1,"length":1,)"
            R"("related":{"text":"first","file":"a.yaml","line":1,"column":2}}])");
}

}  // namespace
}  // namespace tt::config
