// Why an event goes where it goes: outcomes, operands with their values, texts and JSON.
// SPDX-License-Identifier: Apache-2.0
#include "rules/explain.h"

#include <gtest/gtest.h>

#include "event/decode.h"
#include "world.h"

namespace tt::rules {
namespace {

constexpr std::string_view kRules = R"(exits: {archive: , chat: , pager: }
rules:
  - {name: all, to: archive}
  - name: critical
    when: 'event.severity == "critical" && event.region == "eu"'
    to: [chat, archive]
    rules:
      - {name: night, when: 'event.n > 3', to: pager, set: {note: "{{ event.no }}"}}
  - {when: 'event.region == "eu"', final: true}
  - {name: behind, to: pager}
)";

Explanation explained(World& world, const Events& events) {
  return explain(world.ruleset, events[0], meta_of());
}

TEST(Explain, every_rule_has_an_outcome) {
  World world(kRules);
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","severity":"critical","region":"eu","n":1})");
  const Explanation e = explained(world, events);
  ASSERT_EQ(e.rules.size(), 5u);
  EXPECT_EQ(e.rules[0].outcome, Outcome::kMatched);
  EXPECT_EQ(e.rules[1].outcome, Outcome::kMatched);
  EXPECT_EQ(e.rules[2].outcome, Outcome::kNotMatched);
  EXPECT_EQ(e.rules[3].outcome, Outcome::kMatched);
  EXPECT_TRUE(e.rules[3].ended_list);
  EXPECT_EQ(e.rules[4].outcome, Outcome::kNotReached);
  ASSERT_EQ(e.exits.size(), 2u);
  EXPECT_EQ(e.exits[0].rule, 0u) << "the archive is decided by the first rule that names it";
  EXPECT_EQ(e.rules[1].decides, std::vector<std::uint32_t>{1});
}

TEST(Explain, what_one_rule_computed_in_parts_leaves_nothing_for_the_next_to_trip_over) {
  // The first `when` is decided before its second operand, which only the explanation evaluates;
  // the second rule asks for the same list.
  World world(R"(exits: {chat: }
rules:
  - {when: 'event.a == "x" || event.tags.map(t, "seen").size() > 0', to: chat}
  - {when: 'event.tags.map(t, "seen").exists(s, s == "seen")', to: chat}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","a":"x","tags":["t1","t2"]})");
  const Explanation e = explained(world, events);
  EXPECT_EQ(e.rules[0].outcome, Outcome::kMatched);
  EXPECT_EQ(e.rules[1].outcome, Outcome::kMatched);
}

TEST(Explain, operands_show_their_values_and_errors) {
  World world(kRules);
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","severity":"critical"})");
  const Explanation e = explained(world, events);
  EXPECT_EQ(e.rules[1].outcome, Outcome::kError);
  EXPECT_NE(e.rules[1].error.find("region"), std::string::npos) << e.rules[1].error;
  ASSERT_EQ(e.rules[1].operands.size(), 2u);
  EXPECT_EQ(e.rules[1].operands[0].text, "event.severity == \"critical\"");
  EXPECT_EQ(e.rules[1].operands[0].value, "true");
  ASSERT_EQ(e.rules[1].operands[0].fields.size(), 1u);
  EXPECT_EQ(e.rules[1].operands[0].fields[0].first, "event.severity");
  EXPECT_EQ(e.rules[1].operands[0].fields[0].second, "\"critical\"");
  EXPECT_NE(e.rules[1].operands[1].error, "");
  EXPECT_EQ(e.rules[1].operands[1].fields[0].second, "absent");
}

TEST(Explain, failed_holes_are_shown) {
  World world(kRules);
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","severity":"critical","region":"eu","n":9})");
  const Explanation e = explained(world, events);
  ASSERT_EQ(e.exits.size(), 3u);
  EXPECT_EQ(e.exits[2].failures, 1u);
  EXPECT_NE(e.exits[2].failure.find("no"), std::string::npos);
  EXPECT_NE(e.exits[2].changed_event.find("\"note\":null"), std::string::npos);
  EXPECT_EQ(e.exits[1].changed_event, "");
}

TEST(Explain, text_for_people) {
  World world(kRules);
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","severity":"info","region":"us"})");
  EXPECT_EQ(to_text(explained(world, events), &world.files),
            R"(all: matched -> archive  [vortex.yaml:3]
critical: no match  [vortex.yaml:4]
  false  event.severity == "critical"  where event.severity = "info"
  false  event.region == "eu"  where event.region = "us"
rules[2]: no match  [vortex.yaml:9]
  false  event.region == "eu"  where event.region = "us"
behind: matched -> pager  [vortex.yaml:10]
exits:
  archive: by all
  pager: by behind
)");
}

TEST(Explain, an_error_says_where_it_arose_and_which_field_is_absent) {
  World world("exits: {a: }\nrules: [{when: 'event.host == \"h\" && event.n > 1', to: a}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","host":"h"})");
  EXPECT_EQ(rules_text(explained(world, events)),
            "rules[0]: error: no such field 'n' (column 28)\n"
            "  error  event.n > 1: no such field 'n'  where event.n is absent\n"
            "  true   event.host == \"h\"  where event.host = \"h\"\n");
}

TEST(Explain, rules_behind_a_final_one_say_what_ended_their_list) {
  World world(
      "exits: {a: }\nrules: [{name: noise, when: 'event.host == \"h\"', final: true}, "
      "{name: rest, to: a}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","host":"h"})");
  EXPECT_EQ(to_text(explained(world, events)),
            "noise: matched, ends its list\n"
            "  true   event.host == \"h\"  where event.host = \"h\"\n"
            "rest: not reached, `noise` ended the list\n"
            "no exit gets this event\n");
}

TEST(Explain, every_set_step_tells_who_changed_which_field_from_what_to_what) {
  World world(R"(exits: {a: }
rules:
  - name: outer
    unset: [raw.*]
    set: {host: web, note: "{{ event.nothing }}"}
    rules:
      - {name: inner, set: {host: "{{ event.host }}-1", n: 2}, to: a}
)");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","host":"db","raw.x":1})");
  const Explanation e = explained(world, events);
  ASSERT_EQ(e.exits.size(), 1u);
  EXPECT_EQ(changes_text(e.exits[0], "  "),
            "  outer sets host = \"web\", which was \"db\"\n"
            "  outer sets note = null; failed: {{ event.nothing }}: no such field 'nothing'\n"
            "  outer removes raw.x, which was 1\n"
            "  inner sets host = \"db-1\", which was \"web\"\n"
            "  inner sets n = 2\n");
  EXPECT_EQ(e.exits[0].failures, 1u);
}

TEST(Explain, an_unrouted_event_says_so) {
  World world("exits: {a: }\nrules: [{when: 'event.host == \"h\"', to: a}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m"})");
  const Explanation e = explained(world, events);
  EXPECT_TRUE(e.is_unrouted());
  EXPECT_NE(to_text(e).find("no exit gets this event\n"), std::string::npos);
}

TEST(Explain, json_for_programs) {
  World world("exits: {a: }\nrules: [{when: 'event.host == \"h\"', to: a, final: true}]");
  ASSERT_TRUE(world.ruleset) << world.printed();
  const Events events(R"({"message":"m","host":"h"})");
  EXPECT_EQ(
      to_json(explained(world, events)),
      R"({"rules":[{"rule":"rules[0]","depth":0,"line":2,"when":"event.host == \"h\"",)"
      R"("result":"matched","operands":[{"text":"event.host == \"h\"","value":true,)"
      R"("parts":[{"text":"event.host","value":"h"}],"fields":{"event.host":"\"h\""}}],"to":["a"],"decides":["a"],"ended_list":true}],)"
      R"("exits":[{"exit":"a","rule":"rules[0]"}],"unrouted":false})");
}

}  // namespace
}  // namespace tt::rules
