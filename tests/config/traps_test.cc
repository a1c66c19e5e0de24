// Traps that depend on what a value is for; tests/golden/config shows each in full.
// SPDX-License-Identifier: Apache-2.0
#include "config/traps.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"

namespace tt::config {
namespace {

// The codes reported for the value of `a`, and "!" when it must not be used.
std::string check(const std::string& yaml, TrapTarget target) {
  Files files;
  Diagnostics diagnostics;
  const auto root = read_yaml(files, files.add("a.yaml", yaml), diagnostics);
  EXPECT_TRUE(root && root->find("a")) << yaml;
  if (!root || !root->find("a")) return "?";
  std::string out = check_traps(*root->find("a"), target, files, diagnostics) ? "" : "!";
  for (const Diagnostic& d : diagnostics.list()) out += d.code;
  return out;
}

TEST(Traps, text_may_be_shared_by_aliases_and_cel_may_not) {
  EXPECT_EQ(check("x-b: &b text\na: *b\n", TrapTarget::kText), "");
  EXPECT_EQ(check("x-b: &b text\na: *b\n", TrapTarget::kTemplate), "!yaml-alias");
  EXPECT_EQ(check("a: &b text\n", TrapTarget::kText), "");
  EXPECT_EQ(check("a: &b text\n", TrapTarget::kCel), "!yaml-anchor");
}

TEST(Traps, only_tags_of_the_core_schema_are_fine_and_only_at_text) {
  EXPECT_EQ(check("a: !!str 1.10\n", TrapTarget::kTemplate), "!yaml-tag");
  EXPECT_EQ(check("a: !x text\n", TrapTarget::kText), "!yaml-tag");
}

TEST(Traps, a_comment_with_a_blank_is_a_comment) {
  EXPECT_EQ(check("a: text # comment\n", TrapTarget::kText), "");
  EXPECT_EQ(check("a: text #12\n", TrapTarget::kText), "yaml-comment");
  EXPECT_EQ(check("a: 'text' #12\n", TrapTarget::kText), "");
  EXPECT_EQ(check("a: f(\"x # y\")\n", TrapTarget::kCel), "!yaml-comment");
}

TEST(Traps, words_count_at_plain_text_only) {
  EXPECT_EQ(check("a: on\n", TrapTarget::kText), "yaml-bool-word");
  EXPECT_EQ(check("a: 'on'\n", TrapTarget::kText), "");
  EXPECT_EQ(check("a: true\n", TrapTarget::kCel), "");
  EXPECT_EQ(check("a: 1234\n", TrapTarget::kText), "");
  for (const char* number : {"1.10", "010", "0x1f", "1e3", "1_000", "12:30"})
    EXPECT_EQ(check("a: " + std::string(number) + "\n", TrapTarget::kText), "yaml-number-text")
        << number;
  for (const char* text : {"1.2.3", "v1.10", "10.0.0.1", "2026-01-31", "127.0.0.1:8420", "1.11"})
    EXPECT_EQ(check("a: " + std::string(text) + "\n", TrapTarget::kText), "") << text;
}

}  // namespace
}  // namespace tt::config
