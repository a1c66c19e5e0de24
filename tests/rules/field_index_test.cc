// The index never leaves out a rule that could match or fail, whatever the rules and the events.
// SPDX-License-Identifier: Apache-2.0
#include "rules/field_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "rules/explain.h"
#include "world.h"

namespace tt::rules {
namespace {

std::set<std::size_t> candidates(const FieldIndex& index, std::string_view json,
                                 std::string_view entry = "events") {
  const Events events(json);
  std::vector<std::uint64_t> words(index.word_count());
  index.candidates(events[0], entry, words);
  std::set<std::size_t> found;
  for (std::size_t rule = 0; rule < words.size() * 64; ++rule) {
    if ((words[rule / 64] >> (rule % 64)) & 1) found.insert(rule);
  }
  return found;
}

using Set = std::set<std::size_t>;

TEST(FieldIndex, equality_and_prefix_pick_rules) {
  const std::vector<std::vector<Guard>> guards{{{"kind", {"a", "b"}, false}},
                                               {{"kind", {"b"}, false}},
                                               {{"kind", {"urn:x:"}, true}},
                                               {},
                                               {{"kind", {"urn:"}, true}}};
  const FieldIndex index(guards);
  EXPECT_EQ(candidates(index, R"({"message":"m","kind":"a"})"), (Set{0, 3}));
  EXPECT_EQ(candidates(index, R"({"message":"m","kind":"b"})"), (Set{0, 1, 3}));
  EXPECT_EQ(candidates(index, R"({"message":"m","kind":"urn:x:y"})"), (Set{2, 3, 4}));
  EXPECT_EQ(candidates(index, R"({"message":"m","kind":"urn:y"})"), (Set{3, 4}));
  EXPECT_EQ(candidates(index, R"({"message":"m"})"), (Set{3}));
}

TEST(FieldIndex, absent_fields_that_would_be_errors_are_evaluated) {
  const std::vector<std::vector<Guard>> guards{{{"x", {"a"}, false}}, {{"x", {"b"}, false}}};
  const FieldIndex index(guards);
  EXPECT_EQ(candidates(index, R"({"message":"m"})"), (Set{0, 1}));
  EXPECT_EQ(candidates(index, R"({"message":"m","x":"b"})"), (Set{1}));
  EXPECT_EQ(candidates(index, R"({"message":"m","x":7})"), (Set{0, 1}));
}

TEST(FieldIndex, escaped_values_are_left_to_the_rules) {
  const std::vector<std::vector<Guard>> guards{{{"x", {"a\"b"}, false}}, {{"x", {"b"}, false}}};
  const FieldIndex index(guards);
  EXPECT_TRUE(candidates(index, R"({"message":"m","x":"a\"b"})").contains(0));
}

TEST(FieldIndex, entry_names_are_a_field) {
  const std::vector<std::vector<Guard>> guards{{{std::string(kEntryField), {"a"}, false}},
                                               {{std::string(kEntryField), {"b"}, false}}};
  EXPECT_EQ(candidates(FieldIndex(guards), R"({"message":"m"})", "b"), (Set{1}));
}

TEST(FieldIndex, a_field_of_one_rule_costs_no_look_up) {
  const std::vector<std::vector<Guard>> guards{{{"x", {"a"}, false}}, {}};
  EXPECT_EQ(FieldIndex(guards).always_count(), 2u);
}

// Goal: routing by the index equals judging rule by rule. Method: random rules over few fields and
// values, so that many match, and events where fields are absent, of another type, or escaped.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  std::string test() {
    static const std::vector<std::string> fields{"event.kind", "event.host", "event.service",
                                                 "event.x",    "event.g.y",  "meta.entry"};
    static const std::vector<std::string> values{"a", "b", "ab", "ba", "", "\\u0041"};
    const std::string& f = pick(fields);
    const auto v = [&] { return "\"" + pick(values) + "\""; };
    switch (below(9)) {
      case 0:
      case 1:
        return f + " == " + v();
      case 2:
        return v() + " == " + f;
      case 3:
        return f + " in [" + v() + ", " + v() + "]";
      case 4:
        return f + ".startsWith(" + v() + ")";
      case 5:
        return f + " != " + v();
      case 6:
        return "(" + f + " == " + v() + " || " + f + " == " + v() + ")";
      case 7:
        return "!(" + f + " == " + v() + ")";
      default:
        return "size(" + f + ") > 1";
    }
  }
  std::string when() {
    std::string text = test();
    while (one_in(2)) text += (one_in(4) ? " || " : " && ") + test();
    return text;
  }
  void rules(std::string& yaml, int depth, std::size_t count) {
    const std::string indent(static_cast<std::size_t>(depth) * 4 + 2, ' ');
    for (std::size_t i = 0; i < count; ++i) {
      yaml += indent + "- final: " + (one_in(6) ? "true" : "false") + "\n";
      if (!one_in(8)) yaml += indent + "  when: '" + when() + "'\n";
      if (!one_in(4)) yaml += indent + "  to: [e" + std::to_string(below(5)) + "]\n";
      if (depth < 3 && one_in(3)) {
        yaml += indent + "  rules:\n";
        rules(yaml, depth + 1, 1 + below(3));
      }
    }
  }
  std::string event() {
    std::string json = R"({"message":"m")";
    for (const char* name : {"kind", "host", "service", "x", "g.y"}) {
      if (one_in(3)) continue;
      const bool is_free = name[0] == 'x' || name[0] == 'g';
      static const std::vector<std::string> values{R"("a")",  R"("b")", R"("ab")",
                                                   R"("ba")", R"("")",  R"("\u0041")"};
      static const std::vector<std::string> others{"1", "null", "true", "[1]"};
      json +=
          ",\"" + std::string(name) + "\":" + (is_free && one_in(4) ? pick(others) : pick(values));
    }
    return json + "}";
  }

 private:
  std::mt19937 engine_;
};

TEST(FieldIndex, routing_equals_judging_rule_by_rule) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    std::string yaml = "exits: {e0: , e1: , e2: , e3: , e4: }\nrules:\n";
    random.rules(yaml, 0, 3 + random.below(30));
    World world(yaml);
    ASSERT_TRUE(world.ruleset) << world.printed() << yaml;
    Router router(world.ruleset);
    for (int n = 0; n < 40; ++n) {
      const std::string json = random.event();
      const Events events(json);
      const std::string entry = random.one_in(2) ? "a" : "b";
      const Explanation plain = explain(world.ruleset, events[0], meta_of(entry));
      std::string expected;
      std::size_t errors = 0;
      for (const ExitTrace& exit : plain.exits) {
        expected += (expected.empty() ? "" : " ") + world.ruleset->exits()[exit.exit];
        const Rule* decider = router.decide(events[0], meta_of(entry), exit.exit);
        ASSERT_TRUE(decider != nullptr && decider->index == exit.rule) << yaml << json;
      }
      for (const RuleTrace& rule : plain.rules) errors += rule.outcome == Outcome::kError;
      ASSERT_EQ(routed_to(router, events[0], meta_of(entry)), expected) << yaml << json;
      ASSERT_EQ(router.take_counts().when_errors, errors) << yaml << json;
    }
  }
}

TEST(FieldIndex, random_rules_do_use_the_index) {
  Random random(7);
  std::string yaml = "exits: {e0: , e1: , e2: , e3: , e4: }\nrules:\n";
  random.rules(yaml, 0, 100);
  World world(yaml);
  ASSERT_TRUE(world.ruleset) << world.printed();
  EXPECT_LT(world.ruleset->field_index().always_count(), world.ruleset->rules().size() * 3 / 4);
}

}  // namespace
}  // namespace tt::rules
