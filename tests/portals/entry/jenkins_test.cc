// Tests of portals/entry/jenkins: what became of a build, in words and as an alert.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

OneEvent jenkins_event(std::string body) {
  const ConfiguredEntry jenkins("jenkins", "");
  return OneEvent(*jenkins.portal, {std::move(body), {}});
}

/// A build #7 of team/web with these members more.
std::string build(std::string_view members) {
  return R"({"name":"web","display_name":"web","url":"job/team/job/web/","build":{
      "full_url":"https://ci.example/jenkins/job/team/job/web/7/","number":7,"queue_id":3,
      "timestamp":1767225600123,"url":"job/team/job/web/7/",)" +
         std::string(members) + "}}";
}

TEST(Jenkins, a_failure_says_what_failed_and_whose_changes_were_in) {
  const auto event = jenkins_event(build(R"("phase":"FINALIZED","status":"FAILURE","duration":63400,
      "scm":{"branch":"origin/main","commit":"4886d1f","culprits":["ann","bob"]},
      "test_summary":{"total":120,"failed":2,"failed_tests":["a.b","c.d"]},"notes":"nightly")"));
  EXPECT_EQ(event["kind"], "urn:jenkins:build:finalized");
  EXPECT_EQ(
      event["message"],
      "Build #7 of team/web on main failed after 1 min 3 s: 2 of 120 tests failed (a.b, c.d); "
      "changes by ann, bob; nightly");
  EXPECT_EQ(event["severity"], "error");
  EXPECT_EQ(event["status"], "failure");
  EXPECT_EQ(event["project"], "team/web");
  EXPECT_EQ(event["ref"], "main");
  EXPECT_EQ(event["alert_key"], "jenkins:team/web");
  EXPECT_EQ(event["alert_state"], "firing");
  EXPECT_EQ(event["timestamp"], "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(event["view_link"], "https://ci.example/jenkins/job/team/job/web/7/");
  EXPECT_EQ(event["source"], "https://ci.example/jenkins/job/team/job/web");
  EXPECT_EQ(event["raw.build.scm.commit"], "4886d1f");
}

TEST(Jenkins, a_success_resolves_what_failed_before) {
  const auto event =
      jenkins_event(build(R"("phase":"COMPLETED","status":"SUCCESS","duration":900)"));
  EXPECT_EQ(event["message"], "Build #7 of team/web succeeded after 1 s");
  EXPECT_EQ(event["severity"], "info");
  EXPECT_EQ(event["alert_key"], "jenkins:team/web");
  EXPECT_EQ(event["alert_state"], "resolved");
}

struct JenkinsRow {
  const char* name;
  const char* members;
  const char* message;
  const char* severity;
  const char* state;
};

class JenkinsBuild : public testing::TestWithParam<JenkinsRow> {};

TEST_P(JenkinsBuild, reads_well) {
  const auto event = jenkins_event(build(GetParam().members));
  EXPECT_EQ(event["message"], GetParam().message);
  EXPECT_EQ(event["severity"], GetParam().severity);
  EXPECT_EQ(event["alert_state"], GetParam().state);
}

constexpr JenkinsRow kJenkinsRows[] = {
    {"queued", R"("phase":"QUEUED")", "Build #7 of team/web is queued", "info", ""},
    {"started", R"("phase":"STARTED","scm":{"branch":"detached"})", "Build #7 of team/web started",
     "info", ""},
    {"unstable", R"("phase":"COMPLETED","status":"UNSTABLE","test_summary":{"total":1,"failed":1})",
     "Build #7 of team/web is unstable: 1 of 1 test failed", "warning", "firing"},
    {"aborted", R"("phase":"FINALIZED","status":"ABORTED")", "Build #7 of team/web was aborted",
     "warning", ""},
    {"not_built", R"("phase":"FINALIZED","status":"NOT_BUILT")",
     "Build #7 of team/web was not built", "info", ""},
    {"no_status", R"("phase":"FINALIZED")", "Build #7 of team/web ended", "info", ""},
    {"new_status", R"("phase":"FINALIZED","status":"SHINY")", "Build #7 of team/web ended", "info",
     ""},
    {"note_of_a_running_build", R"("phase":"NONE","notes":"deploying to eu-1\nmore")",
     "Build #7 of team/web sent a note: deploying to eu-1", "info", ""},
    {"failing_but_still_running", R"("phase":"STARTED","status":"FAILURE")",
     "Build #7 of team/web started", "info", ""},
};

INSTANTIATE_TEST_SUITE_P(Builds, JenkinsBuild, testing::ValuesIn(kJenkinsRows),
                         row_name<JenkinsRow>);

TEST(Jenkins, a_job_is_its_path_where_that_fits_its_name) {
  const auto project = [](std::string_view name, std::string_view url) {
    return jenkins_event(R"({"name":")" + std::string(name) + R"(","url":")" + std::string(url) +
                         R"(","build":{"phase":"QUEUED"}})")["project"];
  };
  EXPECT_EQ(project("main", "job/team/job/a%2Fb/job/main/"), "team/a/b/main");
  EXPECT_EQ(project("web", "job/web/"), "web");
  EXPECT_EQ(project("web", "somewhere/else"), "web");
  EXPECT_EQ(project("", "job/team/job/web/"), "team/web");
  EXPECT_EQ(project("web", "job/%zz/"), "web");
}

TEST(Jenkins, times_are_milliseconds_or_a_date_or_not_there) {
  EXPECT_EQ(jenkins_event(R"({"build":{"timestamp":0}})")["timestamp"],
            "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(jenkins_event(R"({"build":{"timestamp":99999999999999999}})")["timestamp"],
            "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(jenkins_event(R"({"build":{"timestamp":"2014-05-06T07:08:09.1+00:00"}})")["timestamp"],
            "2014-05-06T07:08:09.1+00:00");
}

TEST(Jenkins, a_build_that_says_little_and_a_hook_that_is_none_are_events) {
  EXPECT_EQ(jenkins_event(R"({"build":{}})")["message"], "Build sent a note");
  EXPECT_EQ(jenkins_event(R"({"build":{}})")["source"], "urn:jenkins");
  EXPECT_EQ(jenkins_event(R"({"build":{}})")["kind"], "urn:jenkins:build");
  for (const char* body : {"", "{}", "[]", R"({"build":7})", "<job/>"}) {
    const auto event = jenkins_event(body);
    EXPECT_EQ(event["kind"], "urn:jenkins:unknown") << body;
    EXPECT_TRUE(event["message"].starts_with("Jenkins sent a hook that is no build")) << body;
  }
}

TEST(Jenkins, links_must_be_links) {
  const auto event = jenkins_event(R"({"name":"web","build":{"full_url":"javascript:alert"}})");
  EXPECT_EQ(event["view_link"], "");
  EXPECT_EQ(event["source"], "urn:jenkins:web");
}

}  // namespace
}  // namespace tt::portals::test
