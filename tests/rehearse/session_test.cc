// Runs of whole files: which configuration, which tests, and what is said when there is none.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/session.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SessionTest : public Fixture {};

TEST_F(SessionTest, another_configuration_can_be_put_in_the_place_of_the_one_in_the_file) {
  write("new.yaml", "exits: {chat: {type: stdout}}\n");
  const auto result = run(
      "config: vortex.yaml\ntests: [{name: one, event: {message: x}, expect: {exits: [chat]}}]\n",
      {.config = {folder_ / "new.yaml"}, .filter = {}});
  expect_failure(result, "- chat");
}

TEST_F(SessionTest, the_filter_leaves_the_other_tests_out) {
  const auto result = run(R"(config: vortex.yaml
tests:
  - {name: by day, event: {message: x}, expect: {exits: [chat]}}
  - {name: by night, event: {message: x}, expect: {exits: [night]}}
)",
                          {.config = {}, .filter = "day"});
  ASSERT_EQ(result.tests.size(), 1u);
  EXPECT_EQ(result.tests[0].name, "by day");
}

TEST_F(SessionTest, a_broken_configuration_is_told_with_its_place_and_no_test_runs) {
  write("vortex.yaml", "exits: {chat: {type: stdout}}\nrules: [{to: chart}]\n");
  const auto result = run_one("event: {message: x}\n    expect: {exits: []}");
  EXPECT_THAT(result.problem, HasSubstr("vortex.yaml:2:14: error: unknown exit `chart`"));
  EXPECT_THAT(result.tests, IsEmpty());
}

TEST_F(SessionTest, missing_secrets_and_other_warnings_are_left_to_check) {
  EXPECT_EQ(run_one("event: {message: x}\n    expect: {exits: [chat]}").problem, "");
}

TEST_F(SessionTest, a_value_that_yaml_has_cut_is_warned_of) {
  const auto result = run_one("event:\n      message: build #12\n    expect: {exits: [chat]}");
  expect_good(result);
  EXPECT_THAT(result.warnings, HasSubstr("rules.test.yaml:5:22: warning: the value ends here"));
}

TEST_F(SessionTest, all_that_is_wrong_is_told_at_once) {
  write("vortex.yaml", "exits: {chat: {type: stdout}}\nrules: [{to: chart}]\n");
  const auto result = run_one("evnt: {message: x}\n    expect: {}");
  EXPECT_THAT(result.problem, HasSubstr("unknown key `evnt`"));
  EXPECT_THAT(result.problem, HasSubstr("nothing is expected"));
  EXPECT_THAT(result.problem, HasSubstr("unknown exit `chart`"));
}

TEST_F(SessionTest, names_are_checked_in_a_file_with_other_mistakes_too) {
  const auto result = run_one("evnt: {message: x}\n    expect: {exits: [chta]}");
  EXPECT_THAT(result.problem, HasSubstr("unknown key `evnt`"));
  EXPECT_THAT(result.problem, HasSubstr("unknown exit `chta`"));
}

TEST_F(SessionTest, a_text_that_is_no_file_is_run_like_one) {
  Session session({.config = {folder_ / "vortex.yaml"}, .filter = {}}, system_disk());
  expect_good(session.run_text(
      "stdin", "tests: [{name: one, event: {message: x}, expect: {exits: [chat]}}]\n"));
  EXPECT_THAT(session.run_text("stdin", "tests: [{name: one}]\n").problem,
              HasSubstr("stdin:1:9: error: `expect` is required"));
}

TEST_F(SessionTest, a_text_may_hold_the_configuration_too) {
  Session session({}, system_disk());
  expect_good(session.run_text("stdin", R"(exits: {out: {type: stdout}}
rules: [{name: all, to: out}]
tests: [{name: one, event: {message: x}, expect: {exits: [out]}}]
)"));
}

TEST_F(SessionTest, a_file_that_cannot_be_read_is_refused) {
  Session session({}, system_disk());
  EXPECT_THAT(session.run(folder_ / "nothing.yaml").problem, HasSubstr("nothing.yaml"));
}

}  // namespace
}  // namespace tt::rehearse
