// Named expressions in any order, and where CEL's complaints are placed.
// SPDX-License-Identifier: Apache-2.0
#include "config/cel_report.h"

#include <gtest/gtest.h>

#include "config/sample_config.h"

namespace tt::config {
namespace {

struct Lets : sample::Session {
  std::vector<std::string> names;
  explicit Lets(const std::string& yaml) {
    const auto root = read_yaml(files, files.add("a.yaml", yaml), diagnostics);
    EXPECT_TRUE(root);
    if (root) names = add_lets(*root, environment, context);
  }
};

TEST(Lets, are_compiled_after_those_they_use) {
  const Lets lets("c: 'a || b'\nb: '!a'\na: 'event.kind == \"c\"'\n");
  EXPECT_TRUE(lets.diagnostics.empty());
  EXPECT_EQ(lets.names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Lets, names_in_texts_and_members_are_no_uses) {
  const Lets lets("a: 'event.b == \"b\"'\nb: 'a'\n");
  EXPECT_TRUE(lets.diagnostics.empty());
}

TEST(Lets, a_cycle_is_said_once) {
  const Lets lets("a: 'b'\nb: 'c'\nc: 'a'\n");
  ASSERT_EQ(lets.diagnostics.list().size(), 1u);
  EXPECT_EQ(lets.diagnostics.list()[0].code, "let-cycle");
}

TEST(Lets, the_names_of_records_are_taken) {
  const Lets lets("event: 'true'\n");
  EXPECT_TRUE(lets.diagnostics.has_errors());
}

TEST(CelReport, a_mistake_in_a_block_is_placed_in_its_own_line) {
  sample::Session session;
  session.read(
      "a.yaml",
      "rules:\n  - when: |\n      event.kind == \"x\" &&\n        evnt.kind == \"y\"\n    to: a\n");
  ASSERT_EQ(session.diagnostics.list().size(), 1u) << session.text();
  EXPECT_EQ(session.diagnostics.list()[0].mark, (Mark{0, 4, 9, 4}));
}

}  // namespace
}  // namespace tt::config
