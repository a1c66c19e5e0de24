// What is compared of an event's way through the rules, and what the reports say of it.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/comparison.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

class ComparisonTest : public Fixture {
 protected:
  void rules(const std::string& rules) {
    write("vortex.yaml",
          "exits: {a: {type: stdout}, b: {type: stdout}, "
          "hook: {type: webhook, url: 'https://example.com/{{ event.team }}'}}\nrules:\n" +
              rules);
  }
  SuiteResult expecting(const std::string& expect) {
    return run_one("event: {message: x}\n    expect: {" + expect + "}");
  }
};

TEST_F(ComparisonTest, exits_are_compared_as_a_set) {
  rules("  - {to: [a, b]}\n");
  expect_good(expecting("exits: [b, a]"));
  expect_failure(expecting("exits: [b]"), "+ a (by `rules[0]`)");
  expect_failure(expecting("exits: []"), "+ b (by `rules[0]`)");
}

TEST_F(ComparisonTest, a_discarded_event_has_no_exits) {
  rules("  - {name: noise, final: true}\n  - {to: a}\n");
  expect_good(expecting("exits: [], rules: [noise], not: {'rules[1]': not reached}"));
}

TEST_F(ComparisonTest, the_first_rule_that_names_an_exit_decides) {
  rules("  - {name: one, to: a}\n  - {name: two, to: [a, b]}\n");
  expect_good(expecting("decided_by: {a: one, b: two}"));
  expect_failure(expecting("decided_by: {a: two}"), "- two\n          + one");
}

TEST_F(ComparisonTest, a_reason_is_the_part_that_was_false_however_it_is_spaced) {
  rules("  - {name: r, when: 'event.message  ==  \"x\" && event.kind == \"y\"', to: a}\n");
  expect_good(expecting("not: {r: 'event.kind==\"y\"'}"));
  expect_good(expecting("not: [r]"));
  expect_good(expecting("not: r"));
  expect_good(expecting("not: {r: }"));
  expect_failure(expecting("not: {r: 'event.message == \"x\"'}"), "+ event.kind == \"y\"");
}

TEST_F(ComparisonTest, blanks_inside_a_text_are_part_of_it) {
  rules("  - {name: r, when: 'event.kind == \"a b\" && event.host == \"c\"', to: a}\n");
  expect_good(expecting("not: {r: 'event.kind==\"a b\"'}"));
  expect_failure(expecting("not: {r: 'event.kind == \"ab\"'}"), "+ event.kind == \"a b\"");
}

TEST_F(ComparisonTest, parentheses_around_a_part_may_be_left_out) {
  rules("  - {name: r, when: 'event.message == \"x\" && (event.kind == \"y\" || false)', to: a}\n");
  expect_good(expecting("not: {r: 'event.kind == \"y\" || false'}"));
}

TEST_F(ComparisonTest, a_reason_may_be_deeper_in_the_condition_or_in_a_let) {
  rules("  - {name: r, when: 'quiet && (event.kind == \"y\" || event.host == \"z\")', to: a}\n");
  write("let.yaml", "let: {quiet: 'event.severity == \"debug\"'}\n");
  const auto expecting_with_let = [&](const std::string& reason) {
    return run(
        "config: [vortex.yaml, let.yaml]\ntests:\n  - name: one\n"
        "    event: {message: x}\n    expect: {not: {r: '" +
        reason + "'}}\n");
  };
  expect_good(expecting_with_let("quiet"));
  expect_good(expecting_with_let("event.severity == \"debug\""));
  expect_good(expecting_with_let("event.host == \"z\""));
  expect_failure(expecting_with_let("event.host == \"x\""), "- event.host == \"x\"");
}

TEST_F(ComparisonTest, a_part_that_fails_is_a_reason_too) {
  rules("  - {name: r, when: 'event.nothing == \"y\"', to: a}\n");
  expect_good(expecting("not: {r: 'event.nothing == \"y\"'}"));
}

TEST_F(ComparisonTest, requests_are_rendered_without_their_secrets) {
  expect_good(run_one(R"(event: {message: hello}
    expect: {requests: {chat: {url: '***', body: {contains: hello}}}})"));
}

TEST_F(ComparisonTest, a_request_can_be_looked_at_even_if_no_rule_sends_it) {
  rules("  - {to: a}\n");
  expect_good(run_one(R"(event: {message: x, team: ops}
    expect: {exits: [a], requests: {hook: {url: https://example.com/ops}}})"));
}

TEST_F(ComparisonTest, an_exit_that_would_get_a_dead_letter_does_not_get_the_event) {
  rules("  - {to: hook}\n");
  expect_failure(expecting("exits: [hook]"), "+ a dead letter: template");
  expect_good(expecting("exits: [hook], requests: {hook: {error: {contains: team}}}"));
}

TEST_F(ComparisonTest, holes_that_fail_can_be_ruled_out) {
  write("vortex.yaml", R"(
exits: {out: {type: webhook, url: 'https://example.com/', body: {a: '{{ event.host }}', b: '{{ event.n }}'}}}
rules: [{to: out}]
)");
  expect_failure(expecting("requests: {out: {failed_holes: 0}}"),
                 "- 0\n          + 1\n            {{ event.n }}: no such field");
  expect_good(expecting("requests: {out: {failed_holes: 1, body: {b: null}}}"));
}

TEST_F(ComparisonTest, the_report_shows_the_values_that_made_the_rule_fail) {
  rules("  - {name: r, when: 'event.message == \"y\"', to: a}\n");
  expect_failure(expecting("rules: [r]"),
                 "r: no match\n"
                 "            false  event.message == \"y\"  where event.message = \"x\"\n");
}

}  // namespace
}  // namespace tt::rehearse
