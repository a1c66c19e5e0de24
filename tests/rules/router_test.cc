// Which exits get an event: order, nesting, final rules, errors, rewrites by the first rule.
// SPDX-License-Identifier: Apache-2.0
#include "rules/router.h"

#include <gtest/gtest.h>

#include "allocations.h"
#include "world.h"

namespace tt::rules {
namespace {

struct RouteCase {
  std::string event;
  std::string exits;
  std::string entry = "events";
};

void expect(std::string_view yaml, std::initializer_list<RouteCase> cases) {
  World world(yaml);
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  for (const RouteCase& c : cases) {
    const Events events(c.event);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(routed_to(router, events[0], meta_of(c.entry)), c.exits) << c.event;
  }
}

TEST(Router, the_example_of_the_design_page) {
  expect(R"(
let: {office: 'meta.received.within("mon-fri 08:00-18:00", "Europe/Berlin")'}
exits: {team-chat: , deploy: , archive: }
rules:
  - {name: everything to the archive, to: archive}
  - {name: bots are noise, when: 'event.actor.endsWith("-bot")', final: true}
  - name: gitlab
    when: 'meta.entry == "gitlab"'
    rules:
      - name: failed pipelines
        when: 'event.kind == "urn:gitlab:pipeline:failed"'
        to: [team-chat]
      - {name: releases, when: 'event.kind == "urn:gitlab:tag_push" && office', to: deploy}
      - {name: releases at any time, when: 'event.kind == "urn:gitlab:tag_push"', to: team-chat}
)",
         {{R"({"message":"m"})", "archive"},
          {R"({"message":"m","kind":"urn:gitlab:pipeline:failed"})", "archive"},
          {R"({"message":"m","kind":"urn:gitlab:pipeline:failed"})", "team-chat archive", "gitlab"},
          {R"({"message":"m","kind":"urn:gitlab:pipeline:failed","actor":"x-bot"})", "archive",
           "gitlab"},
          {R"({"message":"m","kind":"urn:gitlab:tag_push"})", "team-chat archive", "gitlab"}});
}

TEST(Router, all_rules_of_a_list_are_tried) {
  expect(R"(
exits: {a: , b: , c: }
rules:
  - {when: 'event.x == 1', to: a}
  - {when: 'event.x == 2', to: b}
  - {when: 'event.x >= 1', to: c}
)",
         {{R"({"message":"m","x":1})", "a c"},
          {R"({"message":"m","x":2})", "b c"},
          {R"({"message":"m","x":0})", ""}});
}

TEST(Router, children_see_what_the_parent_let_through) {
  expect(R"(
exits: {a: , b: , c: }
rules:
  - when: 'event.host == "h1"'
    to: a
    rules:
      - {when: 'event.service == "db"', to: b}
      - rules:
          - {when: 'event.service == "web"', to: c}
)",
         {{R"({"message":"m","service":"db"})", ""},
          {R"({"message":"m","host":"h1"})", "a"},
          {R"({"message":"m","host":"h1","service":"db"})", "a b"},
          {R"({"message":"m","host":"h1","service":"web"})", "a c"},
          {R"({"message":"m","host":"h2","service":"web"})", ""}});
}

TEST(Router, final_ends_the_list_it_stands_in_and_not_the_outer_one) {
  expect(R"(
exits: {a: , b: , c: , d: , e: }
rules:
  - when: 'event.host != ""'
    rules:
      - {when: 'event.host == "h1"', to: a, final: true, rules: [{to: b}]}
      - {to: c}
  - {when: 'event.host == "h2"', to: d, final: true}
  - {to: e}
)",
         {{R"({"message":"m","host":"h1"})", "a b e"},
          {R"({"message":"m","host":"h2"})", "c d"},
          {R"({"message":"m","host":"h3"})", "c e"},
          {R"({"message":"m"})", "e"}});
}

TEST(Router, a_final_rule_that_does_not_match_ends_nothing) {
  expect(R"(
exits: {a: }
rules:
  - {when: 'event.host == "h1"', final: true}
  - {to: a}
)",
         {{R"({"message":"m","host":"h1"})", ""}, {R"({"message":"m","host":"h2"})", "a"}});
}

TEST(Router, an_error_is_no_match_and_is_counted) {
  World world(R"(
exits: {a: , b: , c: }
rules:
  - {when: 'event.missing == "x"', to: a}
  - {when: 'event.missing == "x" || event.host == "h"', to: b}
  - {when: '!(event.missing == "x")', to: c}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(R"({"message":"m","host":"h"})");
  EXPECT_EQ(routed_to(router, events[0]), "b");
  const Router::Counts counts = router.take_counts();
  EXPECT_EQ(counts.events, 1u);
  EXPECT_EQ(counts.when_errors, 2u);
  EXPECT_EQ(counts.unrouted, 0u);
  EXPECT_EQ(router.take_counts().events, 0u);
}

TEST(Router, events_that_no_exit_gets_are_counted) {
  World world("exits: {a: }\nrules: [{when: 'event.kind == \"x\"', final: true}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events("{\"message\":\"m\",\"kind\":\"x\"}\n{\"message\":\"m\",\"kind\":\"y\"}");
  std::vector<RoutedEvent> batch{{events[0], meta_of()}, {events[1], meta_of()}};
  ExitBits bits;
  router.route(batch, bits);
  EXPECT_EQ(bits.event_count(), 2u);
  EXPECT_FALSE(bits.any(0));
  EXPECT_EQ(router.take_counts().unrouted, 2u);
}

TEST(Router, no_rules_route_nothing) {
  World world("exits: {a: }");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(R"({"message":"m"})");
  EXPECT_EQ(routed_to(router, events[0]), "");
}

constexpr std::string_view kDeciders = R"(
exits: {a: , b: }
rules:
  - {name: first, when: 'event.host == "h"', set: {note: first}, to: a}
  - name: outer
    set: {team: outer, who: "{{ event.actor }}"}
    unset: [raw.*]
    rules:
      - {name: inner, set: {team: inner}, to: [a, b]}
  - {name: last, set: {note: last}, to: b}
)";

TEST(Router, the_first_rule_that_names_an_exit_decides) {
  World world(kDeciders);
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(R"({"message":"m","host":"h"}
{"message":"m"})");
  const auto decider = [&](std::size_t event, std::uint32_t exit) {
    const Rule* rule = router.decide(events[event], meta_of(), exit);
    return rule == nullptr ? "" : rule->name;
  };
  EXPECT_EQ(decider(0, 0), "first");
  EXPECT_EQ(decider(1, 0), "inner");
  EXPECT_EQ(decider(0, 1), "inner");
  EXPECT_EQ(decider(1, 1), "inner");
}

TEST(Router, one_walk_gives_the_decisions_of_all_exits) {
  World world(R"(
exits: {a: , b: , c: }
rules:
  - {when: 'event.x > 0', to: [a, b]}
  - {when: 'event.x > 1', to: [b, c], final: true}
  - {to: c}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events("{\"message\":\"m\",\"x\":2}\n{\"message\":\"m\",\"x\":0}\n");
  Decisions decisions;
  router.decide_all(events[0], meta_of(), decisions);
  EXPECT_EQ(decisions.rule_of_exit, (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(decisions.matched, (std::vector<std::uint32_t>{0, 1}));
  router.decide_all(events[1], meta_of(), decisions);
  EXPECT_EQ(decisions.rule_of_exit, (std::vector<std::uint32_t>{kNoRule, kNoRule, 2}));
  EXPECT_EQ(decisions.matched, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(router.take_counts().events, 0u);
}

TEST(Router, children_inherit_set_and_unset) {
  World world(kDeciders);
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(R"({"message":"m","actor":"ann","raw":{"x":1}})");
  EXPECT_EQ(delivered(router, events[0], "b"),
            R"({"message":"m","actor":"ann","kind":"unknown","team":"inner","who":"ann"})");
}

TEST(Router, an_exit_without_rewrites_gets_the_stored_event) {
  World world(R"(
exits: {a: , b: }
rules:
  - {to: a}
  - {to: b, set: {x: 1}}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(R"({"message":"m"})");
  EXPECT_FALSE(router.delta(events[0], meta_of(), 0).changes());
  EXPECT_TRUE(router.delta(events[0], meta_of(), 1).changes());
}

TEST(Router, more_than_sixty_four_exits_and_rules) {
  std::string yaml = "exits: {";
  for (int i = 0; i < 200; ++i) yaml += "e" + std::to_string(i) + ": , ";
  yaml += "}\nrules:\n";
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    yaml += "  - {when: 'event.kind == \"k" + n + "\"', to: e" + n + "}\n";
  }
  World world(yaml);
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  for (const int i : {0, 63, 64, 127, 128, 199}) {
    const Events events(R"({"message":"m","kind":"k)" + std::to_string(i) + "\"}");
    EXPECT_EQ(routed_to(router, events[0]), "e" + std::to_string(i));
  }
  EXPECT_EQ(router.take_counts().evaluations, 6u) << "the index picks one rule of two hundred";
}

// Tests on scalar fields, over events that many, few or no rules take: with escaped
// texts and fields of other types. A failing `when` is among them.
TEST(Router, routing_allocates_nothing_per_event) {
  if (!allocations_so_far()) GTEST_SKIP() << "a sanitizer has its own allocator";
  World world(R"(
let: {paging: 'event.severity.atLeast("critical")'}
exits: {a: , b: , c: , d: , e: }
rules:
  - {to: a}
  - {when: 'event.actor.endsWith("-bot")', final: true}
  - when: 'meta.entry == "events"'
    rules:
      - {when: 'event.kind == "urn:mon:disk"', to: b}
      - {when: 'event.kind in ["urn:mon:disk", "urn:mon:cpu"] && !paging', to: c}
  - {when: 'paging && event.kind.startsWith("urn:mon:")', to: d}
  - {when: 'has(event.count) && event.count > 500', to: e}
  - {when: 'event.host == "db\"7" || event.project == "postgres"', to: [a, e]}
  - {when: 'event.x == "absent, of another type, or text"', to: e}
  - {when: 'event.count % 3 == 0 && event.free', to: e}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  std::string lines;
  for (int i = 0; i < 24; ++i) {
    lines +=
        R"({"message":"a text that is too long to be kept inside of a string object","kind":"urn:)" +
        std::string(i % 2 ? "mon:disk" : "log") + R"(","severity":")" +
        (i % 3 ? "critical" : "info") + R"(","host":")" + (i % 4 ? "db-7" : "db\\\"7") +
        R"(","actor":")" + (i % 12 ? "ann" : "release-bot") + "\"";
    if (i % 4 != 1) lines += R"(,"count":)" + std::to_string(i * 100) + R"(,"free":true)";
    if (i % 6 != 2) lines += R"(,"x":)" + std::string(i % 6 == 3 ? "7" : "\"text\"");
    lines += "}\n";
  }
  const Events events(lines);
  std::vector<RoutedEvent> batch;
  for (std::size_t i = 0; i < events.size(); ++i) batch.push_back({events[i], meta_of()});
  ExitBits bits;
  router.route(batch, bits);
  EXPECT_GT(router.take_counts().when_errors, 0u);
  const std::size_t before = *allocations_so_far();
  for (int round = 0; round < 3; ++round) router.route(batch, bits);
  EXPECT_EQ(*allocations_so_far() - before, 0u);
  delete new int;
  EXPECT_GT(*allocations_so_far(), before) << "allocations are counted at all";
}

}  // namespace
}  // namespace tt::rules
