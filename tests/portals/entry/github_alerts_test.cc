// Tests of portals/entry/github: what fires, and what resolves it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/github_fixture.h"

namespace tt::portals::test {
namespace {

std::string run(std::string conclusion, std::string from = "a/b") {
  return R"({"action":"completed","sender":{"login":"ann"},"repository":{"full_name":"a/b"},
      "workflow_run":{"name":"CI","path":".github/workflows/ci.yml","run_number":7,"run_attempt":2,
      "head_branch":"main","conclusion":")" +
         conclusion + R"(","head_repository":{"full_name":")" + from +
         R"("},"run_started_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:01:35Z",
      "display_title":"Fix it"}})";
}

TEST_F(Github, a_failed_workflow_fires_and_the_next_success_on_its_branch_resolves) {
  const auto failed = of("workflow_run", run("failure"));
  EXPECT_EQ(failed["kind"], "urn:github:workflow_run:failure");
  EXPECT_EQ(failed["message"],
            "Workflow \"CI\" #7 (attempt 2) on main by ann in a/b failed after 1 min 35 s: Fix it");
  EXPECT_EQ(failed["severity"], "error");
  EXPECT_EQ(failed["alert_state"], "firing");
  const auto mended = of("workflow_run", run("success"));
  EXPECT_EQ(mended["alert_key"], failed["alert_key"]);
  EXPECT_EQ(mended["alert_state"], "resolved");
  EXPECT_EQ(of("workflow_run", run("cancelled"))["alert_state"], "");
  // The main branch of a fork is not ours.
  EXPECT_NE(of("workflow_run", run("success", "eve/b"))["alert_key"], failed["alert_key"]);
}

TEST_F(Github, what_is_a_part_of_a_workflow_is_told_but_is_no_alert_of_its_own) {
  const auto job = of("workflow_job", R"({"action":"completed","workflow_job":{"name":"unit",
      "workflow_name":"CI","head_branch":"main","conclusion":"failure","steps":[
      {"name":"Build","conclusion":"success"},{"name":"Test","conclusion":"failure"}]}})");
  EXPECT_EQ(job["message"], "Job \"unit\" of workflow \"CI\" on main failed: step Test");
  EXPECT_EQ(job["severity"], "error");
  EXPECT_EQ(job["alert_key"], "");
  const std::string suite = R"({"action":"completed","check_suite":{"head_branch":"main",
      "conclusion":"timed_out","app":{"slug":")";
  EXPECT_EQ(of("check_suite", suite + R"(github-actions"}}})")["alert_key"], "");
  EXPECT_EQ(of("check_suite", suite + R"(circleci-checks"}}})")["alert_state"], "firing");
}

TEST_F(Github, a_status_belongs_to_the_branch_whose_newest_commit_it_is_on) {
  const std::string start = R"({"sha":"abcdef123456","context":"ci","state":"error","branches":[
      {"name":"old","commit":{"sha":"1"}},{"name":"main","commit":{"sha":")";
  const auto on_main = of("status", start + R"(abcdef123456"}}]})");
  EXPECT_EQ(on_main["ref"], "main");
  EXPECT_EQ(on_main["alert_state"], "firing");
  EXPECT_EQ(on_main["message"], "Status \"ci\" of commit abcdef12 on main failed with an error");
  const auto nowhere = of("status", start + R"(2"}}]})");
  EXPECT_EQ(nowhere["ref"], "");
  EXPECT_EQ(nowhere["alert_key"], "");
}

TEST_F(Github, a_leaked_secret_is_an_alert_until_somebody_deals_with_it) {
  const auto alert = [&](std::string action, std::string rest) {
    return of("secret_scanning_alert",
              R"({"action":")" + action + R"(","repository":{"full_name":"a/b"},"alert":{"number":3,
      "secret_type_display_name":"Slack API Token")" +
                  rest + "}}");
  };
  const auto found = alert("created", "");
  EXPECT_EQ(found["severity"], "error");
  EXPECT_EQ(found["alert_state"], "firing");
  EXPECT_EQ(found["message"], "Leaked secret (Slack API Token) in a/b was found");
  EXPECT_EQ(alert("validated", R"(,"validity":"active")")["severity"], "critical");
  const auto done = alert("resolved", R"(,"resolution":"revoked")");
  EXPECT_EQ(done["message"], "Leaked secret (Slack API Token) in a/b was resolved: revoked");
  EXPECT_EQ(done["severity"], "notice");
  EXPECT_EQ(done["alert_state"], "resolved");
  EXPECT_EQ(done["alert_key"], found["alert_key"]);
}

}  // namespace
}  // namespace tt::portals::test
