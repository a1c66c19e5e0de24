// Conditions taken apart: which part is shown, with which value, and how much of it.
// SPDX-License-Identifier: Apache-2.0
#include "rules/explain_parts.h"

#include <gtest/gtest.h>

#include "world.h"

namespace tt::rules {
namespace {

/// What is said of one `when` for one event; the rule's own line left out.
std::string reasons(const std::string& when, const std::string& event,
                    const std::string& lets = "") {
  World world(lets + "exits: {a: }\nrules:\n  - when: |\n      " + when + "\n    to: a\n");
  EXPECT_TRUE(world.ruleset) << world.printed();
  if (!world.ruleset) return "";
  const Events events(event);
  const std::string text = rules_text(explain(world.ruleset, events[0], meta_of()));
  return text.substr(text.find('\n') + 1);
}

TEST(ExplainParts, false_operands_come_first_and_true_ones_stay_short) {
  EXPECT_EQ(reasons(R"(event.host == "h" && (event.n > 5 || event.n < 0))",
                    R"({"message":"m","host":"h","n":3})"),
            "  false  (event.n > 5 || event.n < 0)\n"
            "         false  event.n > 5  where event.n = 3\n"
            "         false  event.n < 0  where event.n = 3\n"
            "  true   event.host == \"h\"  where event.host = \"h\"\n");
}

TEST(ExplainParts, a_let_name_is_shown_with_its_expression_and_its_parts) {
  const std::string lets =
      "let: {loud: 'event.severity.atLeast(\"error\")', page: 'loud && event.n > 5'}\n";
  EXPECT_EQ(reasons("page", R"({"message":"m","severity":"info","n":9})", lets),
            "  false  page\n"
            "         page is loud && event.n > 5\n"
            "         false  loud\n"
            "                loud is event.severity.atLeast(\"error\")  where event.severity = "
            "\"info\"\n"
            "         true   event.n > 5  where event.n = 9\n");
}

TEST(ExplainParts, what_a_true_or_has_absorbed_stays_short_and_last) {
  EXPECT_EQ(
      reasons(R"(event.users > 100 || event.host == "h")", R"({"message":"m","host":"h"})"),
      "  true   event.users > 100 || event.host == \"h\"\n"
      "         true   event.host == \"h\"  where event.host = \"h\"\n"
      "         error  event.users > 100: no such field 'users'  where event.users is absent\n");
}

TEST(ExplainParts, taking_apart_adds_no_field_to_a_ruleset_that_others_read) {
  World world(R"(let: {deep: 'has(event.a.b) || event.?c.d.orValue("") == "x"'}
exits: {a: }
rules:
  - {when: 'deep && event.list[0].name == "n" && event["x.y"] == 1', to: a}
  - {when: 'event.e.f.exists(k, k == event.g.h) || "i.j" in event', to: a}
  - {when: 'cel.bind(v, event.k.l, v > 1) ? event.m.n : event[event.o.p] == 2', to: a}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const int before = world.environment->event_layout().size();
  const Events events(R"({"message":"m","a.b":1,"list.0.name":"n","x.y":1,"e.f":["z"],"k.l":3})");
  EXPECT_EQ(explain(world.ruleset, events[0], meta_of()).rules.size(), 3u);
  EXPECT_EQ(world.environment->event_layout().size(), before);
}

TEST(ExplainParts, a_negation_shows_what_is_negated) {
  EXPECT_EQ(reasons("!(event.n in [1, 2])", R"({"message":"m","n":2})"),
            "  false  !(event.n in [1, 2])\n"
            "         true   (event.n in [1, 2])  where event.n = 2\n");
}

TEST(ExplainParts, of_a_ternary_the_branch_that_was_not_taken_is_left_out) {
  EXPECT_EQ(reasons(R"(event.n > 5 ? event.host == "h" : event.host == "i")",
                    R"({"message":"m","host":"h","n":3})"),
            "  false  event.n > 5 ? event.host == \"h\" : event.host == \"i\"\n"
            "         false  event.n > 5  where event.n = 3\n"
            "         false  event.host == \"i\"  where event.host = \"h\"\n");
}

TEST(ExplainParts, what_is_computed_shows_its_operands) {
  EXPECT_EQ(reasons("event.n * 2 + event.k > 10", R"({"message":"m","n":3,"k":1})"),
            "  false  event.n * 2 + event.k > 10\n"
            "         event.n * 2 + event.k = 7\n"
            "           event.n * 2 = 6  where event.n = 3\n"
            "           event.k = 1\n");
}

TEST(ExplainParts, of_a_fold_the_list_is_shown) {
  EXPECT_EQ(reasons(R"(event.tags.exists(t, t == "x"))", R"({"message":"m","tags":["a","b"]})"),
            "  false  event.tags.exists(t, t == \"x\")  where event.tags = [\"a\",\"b\"]\n");
}

TEST(ExplainParts, a_condition_of_a_thousand_parts_is_cut) {
  std::string when = "event.n > 1";
  for (int i = 0; i < 600; ++i) when += " || event.n == " + std::to_string(-i);
  World world("exits: {a: }\nrules: [{when: '" + when + "', to: a}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","n":1})");
  const Explanation e = explain(world.ruleset, events[0], meta_of());
  ASSERT_EQ(e.rules[0].operands.size(), 1u);
  EXPECT_LE(e.rules[0].operands[0].parts.size(), kPartsOfWhenMax);
  EXPECT_LE(e.rules[0].operands[0].text.size(), kTraceTextMax + 3);
}

TEST(ExplainParts, a_long_value_is_cut_and_still_json) {
  World world("exits: {a: }\nrules: [{when: 'event.tags == []', to: a}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","tags":[")" + std::string(2000, 'x') + R"("]})");
  const Explanation e = explain(world.ruleset, events[0], meta_of());
  const std::string& value = e.rules[0].operands[0].parts[0].value;
  EXPECT_LE(value.size(), kTraceTextMax + 20);
  EXPECT_TRUE(value.ends_with("...\"")) << value;
}

}  // namespace
}  // namespace tt::rules
