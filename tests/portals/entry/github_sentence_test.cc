// Tests of portals/entry/github: the sentence that each kind of event is told in.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/github_fixture.h"

namespace tt::portals::test {
namespace {

struct GithubRow {
  const char* name;
  const char* header;
  const char* event;
  const char* body;
  const char* kind;
  const char* message;
};

class GithubSentence : public testing::TestWithParam<GithubRow> {};

TEST_P(GithubSentence, reads_well) {
  const GithubRow& given = GetParam();
  const ConfiguredEntry github("github", "");
  const OneEvent event(*github.portal, {given.body, {{given.header, given.event}}});
  EXPECT_EQ(event["kind"], given.kind);
  EXPECT_EQ(event["message"], given.message);
}

constexpr char kGithubEvent[] = "X-GitHub-Event";
constexpr char kGiteaEvent[] = "X-Gitea-Event";

constexpr GithubRow kGithubRows[] = {
    {"branch_created", kGithubEvent, "push",
     R"({"ref":"refs/heads/a/b","created":true,"sender":{"login":"ann"},"commits":[]})",
     "urn:github:push", "ann created branch a/b"},
    {"branch_created_with_commits", kGithubEvent, "push",
     R"({"ref":"refs/heads/x","before":"000","after":"1","sender":{"login":"ann"},"commits":[{},{}],
         "head_commit":{"message":"Fix it\n\nLong story"}})",
     "urn:github:push", "ann pushed 2 commits to new branch x: Fix it"},
    {"branch_deleted", kGithubEvent, "push",
     R"({"ref":"refs/heads/x","deleted":true,"sender":{"login":"ann"},"commits":[]})",
     "urn:github:push:deleted", "ann deleted branch x"},
    {"branch_rewound", kGithubEvent, "push",
     R"({"ref":"refs/heads/x","before":"1","after":"2","forced":true,"sender":{"login":"ann"},
         "commits":[]})",
     "urn:github:push", "ann force-pushed branch x"},
    {"tag_moved", kGithubEvent, "push",
     R"({"ref":"refs/tags/v1","before":"1","after":"2","forced":true,"sender":{"login":"ann"}})",
     "urn:github:push", "ann moved tag v1"},
    {"merged", kGithubEvent, "pull_request",
     R"({"action":"closed","sender":{"login":"ann"},"pull_request":{"number":7,"title":"T",
         "merged":true,"base":{"ref":"main"}}})",
     "urn:github:pull_request:merged", "ann merged pull request #7 \"T\" into main"},
    {"review_requested_of_a_team", kGithubEvent, "pull_request",
     R"({"action":"review_requested","sender":{"login":"ann"},"pull_request":{"number":7},
         "requested_team":{"name":"Core"}})",
     "urn:github:pull_request:review_requested", "ann asked Core to review pull request #7"},
    {"retitled", kGithubEvent, "pull_request",
     R"({"action":"edited","sender":{"login":"ann"},"pull_request":{"number":7},
         "changes":{"title":{"from":"x"},"body":{"from":"y"}}})",
     "urn:github:pull_request:edited", "ann edited pull request #7: changed title, description"},
    {"approved", kGithubEvent, "pull_request_review",
     R"({"action":"submitted","sender":{"login":"ann"},"pull_request":{"number":7,"title":"T"},
         "review":{"state":"approved","body":"> me\nGood"}})",
     "urn:github:pull_request_review:approved", "ann approved pull request #7 \"T\": Good"},
    {"changes_requested", kGithubEvent, "pull_request_review",
     R"({"action":"submitted","sender":{"login":"ann"},"pull_request":{"number":7},
         "review":{"state":"CHANGES_REQUESTED","body":null}})",
     "urn:github:pull_request_review:changes_requested",
     "ann requested changes to pull request #7"},
    {"comment_on_a_pull_request", kGithubEvent, "issue_comment",
     R"({"action":"created","sender":{"login":"ann"},"issue":{"number":7,"title":"T",
         "pull_request":{"url":"u"}},"comment":{"body":"<!-- x -->\nHi"}})",
     "urn:github:issue_comment:created", "ann commented on pull request #7 \"T\": Hi"},
    {"deployment_failed", kGithubEvent, "deployment_status",
     R"({"action":"created","sender":{"login":"ann"},"repository":{"full_name":"a/b"},
         "deployment":{"ref":"main","environment":"production"},
         "deployment_status":{"state":"failure","description":"No disk"}})",
     "urn:github:deployment_status:failure",
     "Deployment of main to production by ann in a/b failed: No disk"},
    {"dependabot_found", kGithubEvent, "dependabot_alert",
     R"({"action":"created","repository":{"full_name":"a/b"},"alert":{"number":1,"state":"open",
         "dependency":{"package":{"name":"rack"}},"security_advisory":{"summary":"Bad \"things\""},
         "security_vulnerability":{"severity":"high",
           "first_patched_version":{"identifier":"2.0"}}}})",
     "urn:github:dependabot_alert:created",
     "Vulnerability \"Bad 'things'\" (high severity) of dependency rack in a/b was found; version "
     "2.0 "
     "fixes it"},
    {"wiki_pages", kGithubEvent, "gollum",
     R"({"sender":{"login":"ann"},"pages":[{"action":"created","title":"A"},{},{}]})",
     "urn:github:gollum", "ann created wiki page \"A\" and 2 more"},
    {"gitea_approved", kGiteaEvent, "pull_request_approved",
     R"({"action":"reviewed","sender":{"login":"ann"},"pull_request":{"number":7},
         "review":{"type":"pull_request_review_approved","content":"Good"}})",
     "urn:gitea:pull_request_review:approved", "ann approved pull request #7: Good"},
    {"gitea_wiki", kGiteaEvent, "wiki",
     R"({"action":"edited","page":"Home","comment":"typo","sender":{"login":"ann"}})",
     "urn:gitea:wiki:edited", "ann edited wiki page \"Home\": typo"},
    {"forgejo_run_failed", "X-Forgejo-Event", "action_run_failure",
     R"({"action":"failure","run":{"title":"fix","workflow_id":"test.yml","index_in_repo":12,
         "prettyref":"main","repository":{"full_name":"me/repo"},"trigger_user":{"login":"ann"}}})",
     "urn:gitea:action_run:failure",
     "Workflow \"test.yml\" #12 on main by ann in me/repo failed: fix"},
    {"nobody_and_nothing", kGithubEvent, "pull_request", R"({"action":"opened"})",
     "urn:github:pull_request:opened", "Someone opened a pull request"},
    {"run_of_nothing", kGithubEvent, "workflow_run", "{}", "urn:github:workflow_run",
     "Workflow by Someone changed"},
    {"alert_of_nothing", kGithubEvent, "dependabot_alert", "{}", "urn:github:dependabot_alert",
     "Vulnerability changed"},
};

INSTANTIATE_TEST_SUITE_P(Hooks, GithubSentence, testing::ValuesIn(kGithubRows),
                         row_name<GithubRow>);

}  // namespace
}  // namespace tt::portals::test
