// Printed plans: text for people, JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#include "plan/print.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "plan/judged.h"

namespace tt::plan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Facts kFacts{.before = "generation 12", .after = "new.yaml", .events_of = "./data"};

Report sample() {
  return judged(
      "exits:\n  chat: {type: stdout}\n  old: {type: stdout}\nrules:\n"
      "  - {name: all, to: [chat, old], set: {n: 1}}\n",
      "exits:\n  chat: {type: stdout}\n  pager: {type: stdout}\nrules:\n"
      "  - {name: page, when: 'event.severity == \"critical\"', to: pager}\n"
      "  - {name: some, when: 'event.kind != \"urn:x:noise\"', to: chat, set: {n: 2}}\n",
      {R"({"message":"on \u001b[31mfire","kind":"urn:x:a","severity":"critical"})",
       R"({"message":"hum","kind":"urn:x:noise"})"});
}

TEST(PlanText, it_reads_like_a_difference) {
  EXPECT_EQ(print_text(sample(), kFacts),
            R"(Plan: from generation 12 to new.yaml, over 2 events of ./data
received from 2026-01-31T12:00:00Z to 2026-01-31T12:00:01Z, 1s

           0  go where they went
           2  go to other exits
           0  go where they went, with other fields
           1  reach no exit (0 before)

Exits                                 before       after
  ~ chat                                   2           1
      - 1 event no longer
          00c0ffee-2  2026-01-31T12:00:01Z  urn:x:noise  "hum"
            no rule; before `all`
      ~ 1 event with other fields
          00c0ffee-1  2026-01-31T12:00:00Z  urn:x:a  "on  [31mfire"
            rule `some`; before `all`
            n: 1 -> 2
  + pager                                  -           1  new; `was: old` would keep its cursor
      + 1 event newly
          00c0ffee-1  2026-01-31T12:00:00Z  urn:x:a  "on  [31mfire"
            rule `page`; none before
  - old                                    2           -  removed; its cursor stays as an orphan
      - 2 events no longer
          00c0ffee-1  2026-01-31T12:00:00Z  urn:x:a  "on  [31mfire"
            no rule; before `all`
          00c0ffee-2  2026-01-31T12:00:01Z  urn:x:noise  "hum"
            no rule; before `all`

Rules, by events they match           before       after
  + page                                   -           1
  + some                                   -           1
  - all                                    2           -

The new configuration changes what is above.
)");
}

TEST(PlanText, nothing_that_changes_is_said_in_a_line) {
  const std::string yaml = "exits:\n  chat: {type: stdout}\nrules:\n  - {to: chat}\n";
  const std::string text = print_text(judged(yaml, yaml, {R"({"message":"m"})"}), kFacts);
  EXPECT_THAT(text, HasSubstr("over 1 event of"));
  EXPECT_THAT(text, HasSubstr("1 rule matches as many events as before"));
  EXPECT_THAT(text, HasSubstr("No changes: every event goes where it went."));
}

TEST(PlanText, the_time_between_the_first_and_the_last_event_is_readable) {
  Report report;
  report.events = 2;
  report.first_ns = kTestNs;
  const auto head = [&](std::int64_t seconds) {
    report.last_ns = kTestNs + seconds * kNsPerSec;
    return print_text(report, kFacts);
  };
  EXPECT_THAT(head(2 * 86400 + 3 * 3600 + 7), HasSubstr("2026-02-02T15:00:07Z, 2d 3h\n"));
  EXPECT_THAT(head(86400 + 59), HasSubstr(", 1d\n"));
  EXPECT_THAT(head(3 * 60 + 5), HasSubstr(", 3m 5s\n"));
  EXPECT_THAT(head(0), HasSubstr("12:00:00Z to 2026-01-31T12:00:00Z\n"));
}

TEST(PlanText, what_could_not_be_read_is_said) {
  Facts facts = kFacts;
  facts.losses = {.recycled_events = 1234567,
                  .damaged_events = 1,
                  .damages = 1,
                  .first_damage = "00000000000000000001.seg at byte 4096"};
  const std::string text = print_text({}, facts);
  EXPECT_THAT(text, HasSubstr("At most 1,234,567 events were recycled while reading"));
  EXPECT_THAT(text,
              HasSubstr("at most 1 event; the first is 00000000000000000001.seg at byte 4096"));
}

TEST(PlanText, colours_only_when_asked_for) {
  EXPECT_THAT(print_text(sample(), kFacts), Not(HasSubstr("\x1b")));
  EXPECT_THAT(print_text(sample(), kFacts, true), HasSubstr("\x1b[32m+\x1b[0m"));
}

TEST(PlanJson, a_program_finds_every_count_and_example) {
  Facts facts = kFacts;
  facts.losses.recycled_events = 7;
  const auto json = boost::json::parse(print_json(sample(), facts)).as_object();
  EXPECT_EQ(json.at("changes"), true);
  EXPECT_EQ(json.at("before"), "generation 12");
  EXPECT_EQ(json.at("events"), 2);
  EXPECT_EQ(json.at("moved"), 2);
  EXPECT_EQ(json.at("recycled"), 7);
  const auto& chat = json.at("exits").at(0).as_object();
  EXPECT_EQ(chat.at("name"), "chat");
  EXPECT_EQ(chat.at("change"), "none");
  EXPECT_EQ(chat.at("lost"), 1);
  EXPECT_EQ(chat.at("losses").at(0).at("rule_before"), "all");
  EXPECT_EQ(chat.at("rewrites").at(0).at("id"), "00c0ffee-1");
  EXPECT_EQ(chat.at("rewrites").at(0).at("fields").at(0).at("after"), "2");
  EXPECT_EQ(json.at("exits").at(2).at("change"), "removed");
  EXPECT_EQ(json.at("rules").at(2).at("after"), nullptr);
}

}  // namespace
}  // namespace tt::plan
