// Plans: what moves, what is rewritten, and which exits come, go and are renamed.
// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <gmock/gmock.h>

#include "plan/judged.h"

namespace tt::plan {
namespace {

using ::testing::ElementsAre;

const std::vector<std::string> kEvents{
    R"({"message":"disk full","kind":"urn:mon:alert","severity":"critical","host":"db-1"})",
    R"({"message":"disk fine","kind":"urn:mon:alert","severity":"info","host":"db-1"})",
    R"({"message":"pushed","kind":"urn:gitlab:push","project":"web"})"};

constexpr std::string_view kExits = "exits:\n  chat: {type: stdout}\n  pager: {type: stdout}\n";

std::string with_rules(std::string_view rules, std::string_view exits = kExits) {
  return std::string(exits) + "rules:\n" + std::string(rules);
}

TEST(Plan, the_same_configuration_changes_nothing) {
  const std::string yaml = with_rules("  - {to: chat, set: {via: chat}}\n");
  const Report report = judged(yaml, "# moved\n" + yaml, kEvents);
  EXPECT_EQ(report.events, 3u);
  EXPECT_EQ(report.same, 3u);
  EXPECT_FALSE(report.has_changes());
  EXPECT_EQ(report.first_ns, kTestNs);
  EXPECT_EQ(report.last_ns, kTestNs + 2 * kNsPerSec);
}

TEST(Plan, events_that_newly_go_somewhere_are_counted_and_shown_with_the_rules) {
  const Report report = judged(
      with_rules("  - {name: all, to: chat}\n"),
      with_rules("  - {name: page, when: 'event.severity.atLeast(\"critical\")', to: pager}\n"
                 "  - {name: no pushes, when: 'event.kind != \"urn:gitlab:push\"', to: chat}\n"),
      kEvents);
  EXPECT_TRUE(report.has_changes());
  EXPECT_EQ(report.same, 1u);
  EXPECT_EQ(report.moved, 2u);
  EXPECT_EQ(report.unrouted_before, 0u);
  EXPECT_EQ(report.unrouted_after, 1u);

  const ExitDiff& pager = exit_of(report, "pager");
  EXPECT_EQ(pager.before, 0u);
  EXPECT_EQ(pager.after, 1u);
  EXPECT_EQ(pager.gained, 1u);
  ASSERT_EQ(pager.gains.size(), 1u);
  EXPECT_EQ(pager.gains[0].id, "00c0ffee-1");
  EXPECT_EQ(pager.gains[0].kind, "urn:mon:alert");
  EXPECT_EQ(pager.gains[0].message, "disk full");
  EXPECT_EQ(pager.gains[0].received_ns, kTestNs);
  EXPECT_EQ(pager.gains[0].rule_before, "");
  EXPECT_EQ(pager.gains[0].rule_after, "page");

  const ExitDiff& chat = exit_of(report, "chat");
  EXPECT_EQ(chat.lost, 1u);
  ASSERT_EQ(chat.losses.size(), 1u);
  EXPECT_EQ(chat.losses[0].id, "00c0ffee-3");
  EXPECT_EQ(chat.losses[0].rule_before, "all");
  EXPECT_EQ(chat.losses[0].rule_after, "");
}

TEST(Plan, events_that_stay_but_come_with_other_fields_are_a_change) {
  const Report report =
      judged(with_rules("  - {name: all, to: chat, set: {team: '{{ event.host }}'}}\n"),
             with_rules("  - {name: all, to: chat, set: {team: '{{ event.?project.orValue(\"\") "
                        "}}{{ event.host }}'}}\n"),
             kEvents);
  // Only the push has a project: for the others both texts render the same.
  EXPECT_EQ(report.same, 2u);
  EXPECT_EQ(report.rewritten, 1u);
  EXPECT_EQ(report.moved, 0u);
  const ExitDiff& chat = exit_of(report, "chat");
  EXPECT_EQ(chat.rewritten, 1u);
  ASSERT_EQ(chat.rewrites.size(), 1u);
  ASSERT_EQ(chat.rewrites[0].fields.size(), 1u);
  EXPECT_EQ(chat.rewrites[0].fields[0].name, "team");
  EXPECT_EQ(chat.rewrites[0].fields[0].before, R"("")");
  EXPECT_EQ(chat.rewrites[0].fields[0].after, R"("web")");
  EXPECT_TRUE(report.has_changes());
}

TEST(Plan, fields_that_come_and_go_are_shown_as_such) {
  const Report report =
      judged(with_rules("  - {to: chat, set: {a: 1}}\n"),
             with_rules("  - {to: chat, unset: [host], set: {b: [x]}}\n"), {kEvents[0]});
  const std::vector<FieldDiff>& fields = exit_of(report, "chat").rewrites.at(0).fields;
  std::vector<std::string> lines;
  for (const FieldDiff& field : fields)
    lines.push_back(field.name + ": " + field.before + " " + field.after);
  EXPECT_THAT(lines, ElementsAre("b:  [\"x\"]", "host: \"db-1\" ", "a: 1 "));
}

TEST(Plan, a_changed_let_shows_in_what_is_rendered) {
  const std::string rules = with_rules("  - {to: chat, set: {team: '{{ team }}'}}\n");
  const Report report =
      judged("let: {team: '\"blue\"'}\n" + rules, "let: {team: '\"red\"'}\n" + rules, kEvents);
  EXPECT_EQ(report.rewritten, 3u);
}

TEST(Plan, another_rule_that_writes_the_same_is_no_change) {
  const Report report =
      judged(with_rules("  - {name: a, to: chat, set: {x: 1}}\n"),
             with_rules("  - {name: b, when: 'event.host == \"db-1\"', to: chat, set: {x: 1}}\n"
                        "  - {name: c, to: chat, set: {x: '{{ 0 + 1 }}'}}\n"),
             kEvents);
  EXPECT_EQ(report.same, 3u);
  EXPECT_FALSE(report.has_changes());
}

TEST(Plan, what_an_exit_sets_itself_counts_too) {
  const std::string rules = "rules:\n  - {to: chat}\n";
  const Report report = judged("exits:\n  chat: {type: stdout, set: {x: 1}}\n" + rules,
                               "exits:\n  chat: {type: stdout, set: {x: 2}}\n" + rules, kEvents);
  EXPECT_EQ(report.rewritten, 3u);
  EXPECT_EQ(exit_of(report, "chat").change, Change::kOptions);
}

TEST(Plan, exits_come_go_and_are_renamed) {
  const Report report = judged(
      with_rules("  - {to: [a, gone]}\n", "exits:\n  a: {type: stdout}\n  gone: {type: stdout}\n"),
      with_rules("  - {to: [b, new]}\n",
                 "exits:\n  new: {type: stdout}\n  b: {type: stdout, was: a}\n"),
      kEvents);
  const ExitDiff &renamed = exit_of(report, "b"), &added = exit_of(report, "new"),
                 &removed = exit_of(report, "gone");
  EXPECT_EQ(renamed.change, Change::kRenamed);
  EXPECT_EQ(renamed.was, "a");
  EXPECT_EQ(renamed.before, 3u);
  EXPECT_EQ(renamed.after, 3u);
  EXPECT_EQ(renamed.gained + renamed.lost, 0u);
  EXPECT_EQ(added.change, Change::kAdded);
  EXPECT_EQ(added.gained, 3u);
  EXPECT_EQ(removed.change, Change::kRemoved);
  EXPECT_EQ(removed.lost, 3u);
  EXPECT_EQ(report.exits.size(), 3u);
}

TEST(Plan, an_exit_that_changes_its_name_alone_was_meant_to_be_renamed) {
  const Report report =
      judged(with_rules("  - {to: chat}\n",
                        "exits:\n  chat: {type: file, path: a}\n  x: {type: stdout}\n"),
             with_rules("  - {to: team}\n",
                        "exits:\n  team: {type: file, path: a}\n  y: {type: file, path: b}\n"),
             kEvents);
  EXPECT_EQ(exit_of(report, "team").change, Change::kAdded);
  EXPECT_EQ(exit_of(report, "team").like, "chat");
  EXPECT_EQ(exit_of(report, "y").like, "");
}

TEST(Plan, options_of_exits_and_entries_are_a_change_even_without_events) {
  const Report exits =
      judged("exits:\n  chat: {type: file, path: /tmp/a}\nrules:\n  - {to: chat}\n",
             "exits:\n  chat: {type: file, path: /tmp/b}\nrules:\n  - {to: chat}\n", {});
  EXPECT_EQ(exit_of(exits, "chat").change, Change::kOptions);
  EXPECT_TRUE(exits.has_changes());
  const Report entries =
      judged("entries:\n  a: {type: http, path: /a}\n  b: {type: http, path: /b}\n",
             "entries:\n  b: {type: http, path: /x}\n  c: {type: http, path: /c}\n", {});
  ASSERT_EQ(entries.entries.size(), 3u);
  EXPECT_EQ(entries.entries[0].name, "b");
  EXPECT_EQ(entries.entries[0].change, Change::kOptions);
  EXPECT_EQ(entries.entries[1].change, Change::kAdded);
  EXPECT_EQ(entries.entries[2].change, Change::kRemoved);
  EXPECT_TRUE(entries.has_changes());
}

TEST(Plan, rules_count_the_events_they_match_and_are_paired_by_name) {
  const Report report = judged(
      with_rules("  - {name: noise, when: 'event.severity == \"info\"', final: true}\n"
                 "  - {name: all, to: chat}\n"),
      with_rules("  - {name: all, to: chat}\n  - {when: 'event.host == \"db-1\"', to: pager}\n"),
      kEvents);
  std::vector<std::string> lines;
  for (const RuleDiff& rule : report.rules)
    lines.push_back(rule.label + " " + (rule.before ? std::to_string(*rule.before) : "-") + " " +
                    (rule.after ? std::to_string(*rule.after) : "-"));
  EXPECT_THAT(lines, ElementsAre("all 2 3", "rules[1] - 2", "noise 1 -"));
}

TEST(Plan, examples_are_few_and_their_messages_short) {
  std::vector<std::string> events;
  for (int i = 0; i < 10; ++i)
    events.push_back(R"({"message":")" + std::string(500, 'x') + R"("})");
  const Report report = judged(with_rules("  []\n"), with_rules("  - {to: chat}\n"), events);
  const ExitDiff& chat = exit_of(report, "chat");
  EXPECT_EQ(chat.gained, 10u);
  ASSERT_EQ(chat.gains.size(), kExamplesMax);
  EXPECT_LE(chat.gains[0].message.size(), kMessageRunesMax + 3);
}

TEST(Plan, rules_see_meta_as_deliveries_do) {
  const Report report =
      judged(with_rules("  []\n"),
             with_rules("  - {when: 'meta.id == \"00c0ffee-2\"', to: chat}\n"
                        "  - {when: 'meta.seq == 3 && meta.entry == \"events\"', to: pager}\n"),
             kEvents);
  EXPECT_EQ(exit_of(report, "chat").gains.at(0).id, "00c0ffee-2");
  EXPECT_EQ(exit_of(report, "pager").gains.at(0).id, "00c0ffee-3");
}

}  // namespace
}  // namespace tt::plan
