// A planned ruleset routes as its rules say: for random rulesets and events it does what judging
// every rule by itself does. TT_SEED=n tries that seed, TT_RULESETS=n as many seeds from it on.
// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/scale.h"
#include "base/text.h"
#include "random_rules.h"
#include "rules/router.h"
#include "world.h"

namespace tt::rules {
namespace {

struct Judged {
  std::vector<std::uint32_t> deciders;  // By exit.
  std::uint64_t errors = 0;
};

// As the rules are documented, with nothing shared between rules: each `when` is compiled from its
// text in a world of its own and reads the event through a scope of its own.
class Naive {
 public:
  Naive(const Ruleset& ruleset, const std::string& yaml) : ruleset_(ruleset) {
    for (const Rule& rule : ruleset.rules()) {
      worlds_.push_back(rule.when.program ? std::make_unique<World>(lets_of(yaml)) : nullptr);
      programs_.push_back(nullptr);
      if (!worlds_.back()) continue;
      auto& environment = worlds_.back()->environment->environment();
      programs_.back() = cel::compile(rule.when.program->text(), environment).program;
      EXPECT_TRUE(programs_.back()) << rule.when.program->text();
    }
  }

  Judged judge(const event::EventView& event, const tmpl::MetaView& meta) const {
    Judged judged;
    judged.deciders.assign(ruleset_.exits().size(), kNoRule);
    judge_list(0, static_cast<std::uint32_t>(ruleset_.rules().size()), event, meta, judged);
    return judged;
  }

 private:
  static std::string lets_of(const std::string& yaml) {
    return yaml.substr(0, yaml.find("rules:\n"));
  }

  void judge_list(std::uint32_t at, std::uint32_t end, const event::EventView& event,
                  const tmpl::MetaView& meta, Judged& judged) const {
    for (; at < end; at = ruleset_.rule(at).end) {
      const Rule& rule = ruleset_.rule(at);
      if (programs_[at]) {
        const tmpl::EventScope scope(*worlds_[at]->environment, event, meta);
        const cel::Value value = programs_[at]->evaluate(scope);
        judged.errors += !value.is_true() && !value.is_false();
        if (!value.is_true()) continue;
      }
      for (const std::uint32_t exit : rule.exits) {
        judged.deciders[exit] = std::min(judged.deciders[exit], at);
      }
      judge_list(at + 1, rule.end, event, meta, judged);
      if (rule.is_final) return;
    }
  }

  const Ruleset& ruleset_;
  std::vector<std::unique_ptr<World>> worlds_;
  std::vector<std::shared_ptr<const cel::Program>> programs_;
};

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text ? static_cast<unsigned>(parse_u64(text).value_or(otherwise)) : otherwise;
}

/// What the events of all seeds met, so that the generator cannot go idle unseen.
struct Met {
  std::uint64_t errors = 0, routed = 0, unrouted = 0, large_rulesets = 0;
};

void expect_routed_as_judged(unsigned seed, Met& met) {
  RandomRules random(seed);
  const std::string yaml = random.yaml(1 + random.below(random.one_in(8) ? 150 : 30));
  World world(yaml);
  ASSERT_TRUE(world.ruleset) << world.printed() << yaml;
  const std::size_t exit_count = world.ruleset->exits().size();
  met.large_rulesets += world.ruleset->rules().size() > 64 && exit_count > 64;
  const Naive naive(*world.ruleset, yaml);
  Router router(world.ruleset);
  ExitBits bits;
  Decisions decisions;
  for (int n = 0; n < 40; ++n) {
    const std::string json = random.event();
    const std::string entry = random.entry();
    const tmpl::MetaView meta = meta_of(entry);
    const Events events(json);
    const std::string story =
        "TT_SEED=" + std::to_string(seed) + "\n" + yaml + json + " by " + entry;
    const Judged judged = naive.judge(events[0], meta);
    const RoutedEvent routed{events[0], meta};
    router.route({&routed, 1}, bits);
    const Router::Counts counts = router.take_counts();
    ASSERT_EQ(counts.when_errors, judged.errors) << story;
    met.errors += judged.errors;
    met.unrouted += counts.unrouted;
    met.routed += counts.events - counts.unrouted;
    router.decide_all(events[0], meta, decisions);
    ASSERT_EQ(decisions.rule_of_exit, judged.deciders) << story;
    for (std::uint32_t exit = 0; exit < judged.deciders.size(); ++exit) {
      const Rule* decider = router.decide(events[0], meta, exit);
      ASSERT_EQ(bits.test(0, exit), judged.deciders[exit] != kNoRule) << story;
      ASSERT_EQ(decider ? decider->index : kNoRule, judged.deciders[exit]) << story;
    }
  }
}

TEST(PlannedRuleset, routes_as_judging_every_rule_by_itself) {
  const bool is_given = std::getenv("TT_SEED") != nullptr;
  const unsigned first = number_from("TT_SEED", 1);
  const unsigned count =
      number_from("TT_RULESETS", is_given ? 1 : static_cast<unsigned>(scaled(60)));
  Met met;
  for (unsigned seed = first; seed < first + count && !testing::Test::HasFatalFailure(); ++seed) {
    expect_routed_as_judged(seed, met);
  }
  if (is_given || testing::Test::HasFatalFailure()) return;
  EXPECT_GT(met.errors, scaled(1000));
  EXPECT_GT(met.routed, scaled(1000));
  EXPECT_GT(met.unrouted, scaled(10));
  EXPECT_GE(met.large_rulesets, scaled(3));
}

TEST(PlannedRuleset, random_rules_do_use_the_index) {
  RandomRules random(7);
  World world(random.yaml(100));
  ASSERT_TRUE(world.ruleset) << world.printed();
  EXPECT_LT(world.ruleset->field_index().always_count(), world.ruleset->rules().size() * 3 / 4);
}

// What two rules share takes 3/4 of the budget of each.
TEST(PlannedRuleset, what_rules_share_costs_each_of_them_as_much_as_alone) {
  std::string list = R"({"message":"m","list":[1)";
  for (int i = 0; i < 350; ++i) list += ",1";
  const std::string half = "event.list.all(a, event.list.all(b, a + b > 0))";
  World world("exits: {a: , b: }\nrules:\n  - {when: '" + half + "', to: a}\n  - {when: '" + half +
              " && event.list.all(c, event.list.all(d, c + d > 0))', to: b}\n");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(list + "]}");
  const Naive naive(*world.ruleset, "exits: {a: , b: }\nrules:\n");
  const Judged judged = naive.judge(events[0], meta_of());
  EXPECT_EQ(routed_to(router, events[0]), "a");
  EXPECT_EQ(router.take_counts().when_errors, 1u);
  EXPECT_EQ(judged.errors, 1u);
}

}  // namespace
}  // namespace tt::rules
