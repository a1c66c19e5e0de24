// Tests of portals/entry/github: who may send, and webhooks that are not as documented.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kSecret[] = "secret: sesame\n";
constexpr char kSecretRotation[] = "secret: [sesame, open]\n";
constexpr char kForm[] = "application/x-www-form-urlencoded";

std::string digest(std::string_view secret, std::string_view text) {
  return hex(as_text(hmac_sha256(secret, text)));
}

Sent github_signed(std::string_view secret, std::string body = "{}") {
  const std::string signature = "sha256=" + digest(secret, body);
  return {std::move(body), {{"X-Hub-Signature-256", signature}}};
}

bool github_accepts(std::string_view options, const Sent& sent) {
  const ConfiguredEntry github("github", options);
  return github->verify(sent.request());
}

// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the
// webhook payload validation".
TEST(GithubVerify, the_example_of_its_own_page_is_accepted) {
  const Sent sent{"Hello, World!",
                  {{"X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}};
  EXPECT_TRUE(github_accepts("secret: \"It's a Secret to Everybody\"\n", sent));
  EXPECT_FALSE(github_accepts("secret: \"It's a Secret to everybody\"\n", sent));
}

TEST(GithubVerify, a_signature_must_fit_the_body_and_any_secret_of_a_rotation) {
  EXPECT_TRUE(github_accepts(kSecret, github_signed("sesame")));
  EXPECT_TRUE(github_accepts(kSecretRotation, github_signed("sesame")));
  EXPECT_TRUE(github_accepts(kSecretRotation, github_signed("open")));
  EXPECT_FALSE(github_accepts(kSecretRotation, github_signed("close")));
  Sent changed = github_signed("sesame");
  changed.body += " ";
  EXPECT_FALSE(github_accepts(kSecret, changed));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {}}));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {{"X-Hub-Signature-256", "sha256="}}}));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {{"X-Hub-Signature-256", digest("sesame", "{}")}}}));
}

TEST(GithubVerify, gitea_and_its_kin_sign_without_a_prefix) {
  for (const char* header : {"X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"}) {
    EXPECT_TRUE(github_accepts(kSecret, {"{}", {{header, digest("sesame", "{}")}}})) << header;
    EXPECT_FALSE(github_accepts(kSecret, {"{}", {{header, digest("other", "{}")}}})) << header;
    EXPECT_FALSE(github_accepts(kSecret, {"{}", {{header, ""}}})) << header;
  }
}

TEST(GithubVerify, of_a_form_github_signs_the_body_and_gitea_the_json_within) {
  const std::string json = R"({"zen":"a b"})", form = "payload=" + percent_encode(json);
  Sent github = github_signed("sesame", form);
  github.headers.emplace_back("Content-Type", kForm);
  EXPECT_TRUE(github_accepts(kSecret, github));
  Sent gitea{form, {{"Content-Type", kForm}, {"X-Gitea-Signature", digest("sesame", json)}}};
  EXPECT_TRUE(github_accepts(kSecret, gitea));
  // What is signed is what is read: a second payload changes nothing.
  gitea.body = "payload=%7B%7D&" + form;
  EXPECT_FALSE(github_accepts(kSecret, gitea));
  gitea.body = form + "&payload=%7B%7D";
  EXPECT_TRUE(github_accepts(kSecret, gitea));
  EXPECT_EQ(OneEvent(*ConfiguredEntry("github", kSecret).portal, gitea)["raw.zen"], "a b");
}

TEST(GithubVerify, without_a_secret_anyone_may_send_and_the_portal_says_so) {
  const ConfiguredEntry open("github", ""), guarded("github", kSecret);
  EXPECT_TRUE(open->verify(Sent{"{}", {}}.request()));
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(guarded->has_verifier());
}

TEST(GithubVerify, a_secret_that_is_not_there_lets_nobody_in) {
  EXPECT_FALSE(github_accepts("secret: {env: TT_TEST_NOT_SET}\n", github_signed("")));
}

class Github : public testing::Test {
 protected:
  OneEvent decode(std::string body, net::Headers headers = {}, DecodeContext context = {}) const {
    return OneEvent(*github_.portal, {std::move(body), std::move(headers)}, context);
  }
  OneEvent of(std::string event, std::string body) const {
    return decode(std::move(body), {{"X-GitHub-Event", std::move(event)}});
  }
  ConfiguredEntry github_{"github", ""};
};

TEST_F(Github, an_unknown_event_is_a_plain_one) {
  const auto event = of("new_thing", R"({"action":"frobbed","sender":{"login":"ann"},
      "repository":{"full_name":"a/b","html_url":"https://github.com/a/b"},
      "new_thing":{"title":"T","html_url":"https://github.com/a/b/t/1"}})");
  EXPECT_EQ(event["kind"], "urn:github:new_thing:frobbed");
  EXPECT_EQ(event["message"], "GitHub: new thing frobbed \"T\" by ann in a/b");
  EXPECT_EQ(event["project"], "a/b");
  EXPECT_EQ(event["actor"], "ann");
  EXPECT_EQ(event["source"], "https://github.com/a/b");
  EXPECT_EQ(event["view_link"], "https://github.com/a/b/t/1");
  EXPECT_EQ(event["raw.new_thing.title"], "T");
}

TEST_F(Github, without_the_header_the_body_names_the_event) {
  const auto event = decode(R"({"action":"opened","issue":{"number":1,"title":"T"}})");
  EXPECT_EQ(event["kind"], "urn:github:issue:opened");
  EXPECT_EQ(event["message"], "GitHub: issue opened \"T\"");
  EXPECT_EQ(decode("{}")["message"], "GitHub: webhook");
  EXPECT_EQ(decode("{}")["kind"], "urn:github:unknown");
}

TEST_F(Github, a_known_event_with_an_unknown_action_still_says_what_it_is_about) {
  const auto event = of("pull_request", R"({"action":"frobbed","sender":{"login":"ann"},
      "pull_request":{"number":2,"title":"T"}})");
  EXPECT_EQ(event["kind"], "urn:github:pull_request:frobbed");
  EXPECT_EQ(event["message"], "ann changed pull request #2 \"T\": frobbed");
}

TEST_F(Github, a_form_is_read_like_json) {
  const std::string json = R"({"zen":"Half measures.","repository":{"full_name":"a/b"}})";
  const auto event = decode("payload=" + percent_encode(json),
                            {{"X-GitHub-Event", "ping"}, {"Content-Type", kForm}});
  EXPECT_EQ(event["kind"], "urn:github:ping");
  EXPECT_EQ(event["message"], "GitHub says hello from the webhook of a/b: Half measures.");
  EXPECT_EQ(event["raw.zen"], "Half measures.");
}

TEST_F(Github, a_body_that_is_no_object_is_an_event) {
  for (const char* body : {"hello", "[1,2]", "\"x\"", "{\"a\":", "null", "\xff\xfe"}) {
    const auto event = decode(body, {{"X-GitHub-Event", "push"}});
    EXPECT_EQ(event["kind"], "urn:github:unknown") << body;
    EXPECT_EQ(event["hook"], "push");
    EXPECT_TRUE(event["message"].starts_with("GitHub sent a webhook that is no JSON object: "))
        << body;
  }
  EXPECT_EQ(decode("")["message"], "GitHub sent a webhook that is no JSON object");
}

TEST_F(Github, bytes_that_are_no_text_are_mended) {
  const auto event = of("push",
                        "{\"ref\":\"refs/heads/a\xff\",\"sender\":{\"login\":\"\\ud800x\"},"
                        "\"before\":\"1\",\"after\":\"2\",\"commits\":[{}]}");
  EXPECT_TRUE(is_utf8(event.json()));
  EXPECT_EQ(event["message"], "\xEF\xBF\xBDx pushed 1 commit to a\xEF\xBF\xBD");
}

TEST_F(Github, a_push_of_two_thousand_commits_is_cut_and_says_so) {
  std::string body = R"({"ref":"refs/heads/main","before":"1","after":"2","forced":true,)"
                     R"("sender":{"login":"ann"},"repository":{"full_name":"a/b"},"commits":[)";
  for (int i = 0; i < 2048; ++i)
    body += (i ? "," : "") + (R"({"id":")" + std::to_string(i)) + R"(","message":")" +
            std::string(600, 'x') + R"(","author":{"name":"Ann"}})";
  const auto event = of("push", body + R"(],"head_commit":{"message":"Fix"}})");
  EXPECT_EQ(event["truncated"], "true");
  EXPECT_EQ(event["message"], "ann force-pushed 2048 commits to main in a/b: Fix");
  EXPECT_EQ(event["commits"], "2048");
  EXPECT_LE(event.all().events[0].fields.size(), 1000u);
  EXPECT_LE(event.json().size(), 1u << 20);
}

TEST_F(Github, the_same_delivery_again_has_the_same_key) {
  EXPECT_EQ(decode("{}", {{"X-GitHub-Delivery", "d"}}).all().idempotency_key, "d");
  EXPECT_EQ(decode("{}", {{"X-Gitea-Delivery", "g"}}).all().idempotency_key, "g");
  EXPECT_EQ(decode("{}").all().idempotency_key, "");
  EXPECT_EQ(
      decode("{}", {{"X-GitHub-Delivery", std::string(999, 'd')}}).all().idempotency_key.size(),
      255u);
}

TEST_F(Github, the_answer_is_an_empty_200) {
  const net::HttpAnswer answer = github_->answer({.accepted = 1, .ack = "disk"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(Github, whose_webhook_it_is_shows_in_the_kind) {
  const std::string body = R"({"ref":"v1","ref_type":"tag","sender":{"login":"ann"}})";
  // Gitea pretends to be GitHub and Gogs, Forgejo to be Gitea too.
  net::Headers headers{{"X-GitHub-Event", "create"}, {"X-Gogs-Event", "create"}};
  EXPECT_EQ(decode(body, headers)["kind"], "urn:gitea:create");
  headers.emplace_back("X-Gitea-Event", "create");
  headers.emplace_back("X-Forgejo-Event", "create");
  EXPECT_EQ(decode(body, headers)["kind"], "urn:gitea:create");
  EXPECT_EQ(decode("x", headers)["message"], "Forgejo sent a webhook that is no JSON object: x");
  EXPECT_EQ(of("create", body)["kind"], "urn:github:create");
}

TEST_F(Github, a_secret_in_the_payload_of_an_old_gitea_is_not_stored) {
  const auto event = decode(R"({"secret":"sesame","ref":"refs/heads/x","commits":[]})",
                            {{"X-Gitea-Event", "push"}});
  EXPECT_EQ(event.json().find("sesame"), std::string::npos);
  EXPECT_EQ(event["raw.ref"], "refs/heads/x");
}

TEST_F(Github, an_enterprise_server_is_the_source_of_what_has_no_repository) {
  const auto event =
      decode(R"({"action":"member_added","organization":{"login":"o"},
      "membership":{"role":"admin","user":{"login":"bob"}},"sender":{"login":"ann"}})",
             {{"X-GitHub-Event", "organization"}, {"X-GitHub-Enterprise-Host", "git.example.com"}});
  EXPECT_EQ(event["source"], "https://git.example.com/o");
  EXPECT_EQ(event["organization"], "o");
  EXPECT_EQ(event["message"], "ann added bob to organization o as admin");
}

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

TEST_F(Github, every_event_makes_do_with_fields_of_other_types) {
  std::vector<std::string> names = {"", "new_thing", "a.b", "\xff"};
  for (const ProducedKind& made : find_entry("github")->kinds)
    names.emplace_back(split(made.kind, ':')[2]);
  const std::string bodies[] = {
      "{}", R"({"action":7,"ref":[],"sender":"x","repository":[1],"organization":{"login":{}}})",
      R"({"action":"completed","workflow_run":[],"workflow_job":{"steps":[1,{"conclusion":[]}]},
          "check_run":{"check_suite":7},"commits":{"0":1},"pages":[],"alert":"x","changes":{"a":[]},
          "branches":[[],{"commit":7}],"pull_request":null,"issue":{"number":"n\"\n"},
          "deployment":{"sha":"","ref":null},"state":{},"review":{"state":1e300}})",
      R"({"action":"created","alert":{"state":"","created_at":-1},"comment":{"body":"<!--"},
          "repository":{"pushed_at":99999999999999999999,"full_name":")" +
          std::string(300'000, 'x') + "\"}}"};
  for (const std::string& name : names)
    for (const std::string& body : bodies) {
      SCOPED_TRACE(name + " " + body.substr(0, 60));
      const auto event = of(name, body);
      EXPECT_FALSE(event["message"].empty());
      EXPECT_TRUE(event["kind"].starts_with("urn:github:")) << event["kind"];
      EXPECT_FALSE(event["kind"].ends_with(':')) << event["kind"];
      EXPECT_LE(count_runes(event["message"]), 1500u);
      EXPECT_EQ(event["message"].find("  "), std::string::npos) << event["message"];
    }
}

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
