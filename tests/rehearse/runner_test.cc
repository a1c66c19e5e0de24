// Tests of several events, and of senders that are refused.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/runner.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

class RunnerTest : public Fixture {};

TEST_F(RunnerTest, one_expectation_holds_for_every_event) {
  expect_good(run_one(R"(event: [{message: a}, {message: b}]
    expect: {exits: [chat]})"));
  expect_failure(run_one(R"(event: [{message: a}, {message: b}]
    expect: {event: {message: a}})"),
                 "event 2: event.message");
}

TEST_F(RunnerTest, a_list_has_one_expectation_for_each_event) {
  expect_good(run_one(R"(event: [{message: a}, {message: b}]
    expect: [{event: {message: a}}, {event: {message: b}}])"));
  expect_failure(run_one(R"(event: [{message: a}]
    expect: [{event: {message: a}}, {event: {message: b}}])"),
                 "- 2\n          + 1");
}

TEST_F(RunnerTest, a_request_without_events_meets_no_expectation) {
  expect_failure(run_one(R"(entry: events
    hook: {body: []}
    expect: {exits: []})"),
                 "- at least 1\n          + 0");
}

TEST_F(RunnerTest, a_refusal_can_be_expected) {
  expect_good(run_one(R"(entry: events
    hook: {body: {message: ''}}
    expect: {refused: {contains: message is empty}})"));
  expect_failure(run_one(R"(event: {message: ''}
    expect: {exits: [chat]})"),
                 "+ message is empty");
}

}  // namespace
}  // namespace tt::rehearse
