// The index picks the rules that an event can match, and never leaves out one that could fail.
// SPDX-License-Identifier: Apache-2.0
#include "rules/field_index.h"

#include <gtest/gtest.h>

#include <set>

#include "world.h"

namespace tt::rules {
namespace {

using Set = std::set<std::size_t>;

// One rule for each condition; the index alone is asked, so no rule is evaluated.
class Index {
 public:
  explicit Index(const std::vector<std::string>& whens, std::string_view let = "") {
    std::string yaml = "exits: {a: }\n" + std::string(let) + "rules:\n";
    for (const std::string& when : whens) yaml += "  - {when: '" + when + "', to: a}\n";
    world_ = std::make_unique<World>(yaml);
    EXPECT_TRUE(world_->ruleset) << world_->printed();
  }
  Set candidates(std::string_view json, std::string_view entry = "events") const {
    const Events events(json);
    const tmpl::EventScope scope(*world_->environment, events[0], meta_of(entry));
    Candidates found;
    world_->ruleset->field_index().find(scope, found);
    Set rules;
    for (std::uint32_t rule = found.next(0); rule != Candidates::kNone;
         rule = found.next(rule + 1)) {
      rules.insert(rule);
    }
    return rules;
  }
  std::size_t always_count() const { return world_->ruleset->field_index().always_count(); }

 private:
  std::unique_ptr<World> world_;
};

TEST(FieldIndex, equality_in_and_prefix_pick_rules) {
  const Index index({R"(event.kind in ["a", "b"])", R"("b" == event.kind)",
                     R"(event.kind.startsWith("urn:x:"))", R"(event.host != "h")",
                     R"(event.kind.startsWith("urn:"))"});
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"a"})"), (Set{0, 3}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"b"})"), (Set{0, 1, 3}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"urn:x:y"})"), (Set{2, 3, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"urn:y"})"), (Set{3, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m"})"), (Set{3}));
}

TEST(FieldIndex, a_rule_has_to_pass_all_fields_that_are_looked_up) {
  std::vector<std::string> whens;
  for (const char* n : {"1", "2", "3", "4"}) {
    whens.push_back(R"(event.kind == "k)" + std::string(n) + "\"");
    whens.push_back(R"(event.host == "h)" + std::string(n) + R"(" && event.kind == "k")");
  }
  const Index index(whens);
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"k2","host":"h2"})"), (Set{2}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"k","host":"h2"})"), (Set{3}));
}

TEST(FieldIndex, tests_are_found_in_alternatives_and_definitions) {
  const Index index({R"((event.kind == "a" && event.x > 1) || event.kind == "b")",
                     R"(event.kind == "c" || event.kind.startsWith("d"))", "ours",
                     R"(ours || event.kind == "e")", R"(event.kind == "a" || event.host == "h")"},
                    "let: {ours: 'event.kind in [\"f\", \"g\"] && event.x > 1'}\n");
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"a"})"), (Set{0, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"dd"})"), (Set{1, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"g"})"), (Set{2, 3, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"e"})"), (Set{3, 4}));
}

TEST(FieldIndex, absent_fields_that_would_be_errors_are_evaluated) {
  const Index index({R"(event.x == "a")", R"(event.x == "b")", R"(event.x == "c")",
                     R"(event.x.startsWith("d"))"});
  EXPECT_EQ(index.candidates(R"({"message":"m"})"), (Set{0, 1, 2, 3}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":"b"})"), (Set{1}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":7})"), (Set{0, 1, 2, 3}));
}

TEST(FieldIndex, numbers_pick_rules_and_texts_pass_none_of_them) {
  const Index index({"event.x == 1", "2 == event.x", "event.x in [1, 3]", R"(event.x in [4, "a"])",
                     R"(event.x == "a")", R"(event.x.startsWith("b") || event.x == 5)"});
  EXPECT_EQ(index.candidates(R"({"message":"m","x":1})"), (Set{0, 2, 3, 4, 5}))
      << "tests for texts are asked about numbers";
  EXPECT_EQ(index.candidates(R"({"message":"m","x":2})"), (Set{1, 3, 4, 5}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":9})"), (Set{3, 4, 5}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":"a"})"), (Set{3, 4}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":"1"})"), Set{});
  EXPECT_EQ(index.candidates(R"({"message":"m","x":"bc"})"), (Set{5}));
  EXPECT_EQ(index.candidates(R"({"message":"m","x":1.0})"), (Set{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(index.candidates(R"({"message":"m"})"), (Set{0, 1, 2, 3, 4, 5}));
}

TEST(FieldIndex, a_test_behind_what_may_use_up_the_budget_is_not_relied_on) {
  const std::string endless = "event.list.all(a, event.list.all(b, a + b > 0))";
  const Index index({endless + R"( && (event.kind == "a" && event.list.all(a, a > 0)))",
                     R"(event.kind == "b")", R"(event.kind == "c")", R"(event.kind == "d")",
                     endless + R"( && event.kind == "e")"});
  EXPECT_EQ(index.candidates(R"({"message":"m","kind":"b"})"), (Set{0, 1}))
      << "the last rule tests its field first";
}

TEST(FieldIndex, escaped_values_are_read_as_rules_read_them) {
  const Index index(
      {R"(event.x == "a\u0021")", R"(event.x == "b")", R"(event.x == "c")", R"(event.x == "d")"});
  EXPECT_EQ(index.candidates(R"({"message":"m","x":"a\u0021"})"), (Set{0}));
}

TEST(FieldIndex, entry_names_are_a_field) {
  const Index index({R"(meta.entry == "a")", R"(meta.entry == "b")", R"(meta.entry == "c")",
                     R"(meta.entry == "d")"});
  EXPECT_EQ(index.candidates(R"({"message":"m"})", "b"), (Set{1}));
}

TEST(FieldIndex, a_field_of_few_rules_costs_no_look_up) {
  EXPECT_EQ(Index({R"(event.kind == "a")", R"(event.host == "b")"}).always_count(), 2u);
}

TEST(FieldIndex, values_that_many_rules_ask_for_are_found_as_well) {
  std::vector<std::string> whens;
  Set critical;
  for (std::size_t i = 0; i < 200; ++i) {
    whens.push_back("event.severity == \"" + std::string(i % 2 ? "critical" : "error") + "\"");
    if (i % 2) critical.insert(i);
  }
  EXPECT_EQ(Index(whens).candidates(R"({"message":"m","severity":"critical"})"), critical);
}

}  // namespace
}  // namespace tt::rules
