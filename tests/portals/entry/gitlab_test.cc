// Tests of portals/entry/gitlab: who may send, and hooks that are not as documented.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/secret.h"
#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"
#include "portals/kit/signature.h"

namespace tt::portals::test {
namespace {

constexpr char kToken[] = "token: sesame\n";
constexpr char kTokenRotation[] = "token: [sesame, open]\n";
constexpr char kBoth[] = "token: sesame\nsigning_token: whsec_c2lnbmluZyBrZXk=\n";

Sent with_token(std::string token) { return {"{}", {{"X-Gitlab-Token", std::move(token)}}}; }

Sent gitlab_signed(const std::string& secret, std::string body = "{}") {
  const std::string signature = sign_webhook(Secret(secret), "id-1", kArrival / kNsPerSec, body);
  return {std::move(body),
          {{"webhook-id", "id-1"},
           {"webhook-timestamp", std::to_string(kArrival / kNsPerSec)},
           {"webhook-signature", signature}}};
}

bool gitlab_accepts(std::string_view options, const Sent& sent) {
  const ConfiguredEntry gitlab("gitlab", options);
  return gitlab->verify(sent.request());
}

TEST(GitlabVerify, a_token_must_fit_and_all_of_a_rotation_do) {
  EXPECT_TRUE(gitlab_accepts(kToken, with_token("sesame")));
  EXPECT_FALSE(gitlab_accepts(kToken, with_token("sesam")));
  EXPECT_FALSE(gitlab_accepts(kToken, with_token("")));
  EXPECT_FALSE(gitlab_accepts(kToken, {"{}", {}}));
  EXPECT_TRUE(gitlab_accepts(kTokenRotation, with_token("open")));
  EXPECT_TRUE(gitlab_accepts(kTokenRotation, with_token("sesame")));
  EXPECT_FALSE(gitlab_accepts(kTokenRotation, with_token("sesame,open")));
}

TEST(GitlabVerify, without_a_token_anyone_may_send_and_the_portal_says_so) {
  const ConfiguredEntry open("gitlab", ""), guarded("gitlab", kToken);
  EXPECT_TRUE(open->verify(Sent{"{}", {}}.request()));
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(guarded->has_verifier());
}

TEST(GitlabVerify, a_secret_that_is_not_there_lets_nobody_in) {
  EXPECT_FALSE(gitlab_accepts("token: {env: TT_TEST_NOT_SET}\n", with_token("")));
  EXPECT_FALSE(gitlab_accepts("signing_token: {env: TT_TEST_NOT_SET}\n", gitlab_signed("")));
}

TEST(GitlabVerify, with_both_tokens_one_proof_is_enough_unless_one_is_required) {
  const Sent good = gitlab_signed("whsec_c2lnbmluZyBrZXk="), bad = gitlab_signed("whsec_b3RoZXI=");
  Sent old_key = bad;
  old_key.headers.emplace_back("X-Gitlab-Token", "sesame");
  EXPECT_TRUE(gitlab_accepts(kBoth, good));
  EXPECT_FALSE(gitlab_accepts(kBoth, bad));
  EXPECT_TRUE(gitlab_accepts(kBoth, with_token("sesame")));
  EXPECT_TRUE(gitlab_accepts(kBoth, old_key));
  const std::string token = std::string(kBoth) + "require: token\n";
  EXPECT_FALSE(gitlab_accepts(token, good));
  EXPECT_TRUE(gitlab_accepts(token, with_token("sesame")));
  const std::string signature = std::string(kBoth) + "require: signature\n";
  EXPECT_TRUE(gitlab_accepts(signature, good));
  EXPECT_FALSE(gitlab_accepts(signature, old_key));
}

TEST(GitlabVerify, a_changed_body_and_an_old_hook_are_refused) {
  Sent sent = gitlab_signed("whsec_c2lnbmluZyBrZXk=");
  sent.now_ns += 301 * kNsPerSec;
  EXPECT_FALSE(gitlab_accepts("signing_token: whsec_c2lnbmluZyBrZXk=\n", sent));
  sent = gitlab_signed("whsec_c2lnbmluZyBrZXk=");
  sent.body += " ";
  EXPECT_FALSE(gitlab_accepts("signing_token: whsec_c2lnbmluZyBrZXk=\n", sent));
}

TEST(GitlabVerify, what_is_required_must_be_configured) {
  for (const char* options :
       {"require: token\n", "require: signature\n", "require: signature\ntoken: sesame\n"}) {
    const ConfiguredEntry gitlab(*find_entry("gitlab"), std::string("type: gitlab\n") + options);
    EXPECT_FALSE(gitlab.portal) << options;
  }
}

TEST(GitlabVerify, verdicts_on_signatures_are_those_of_the_reference_library) {
  const auto vectors =
      parse_json(file_text(TT_SHARED_DIR "/data/09-standard-webhooks/open/vectors.json"));
  if (!vectors) GTEST_SKIP() << "shared test vectors are not here";
  for (const boost::json::value& one : *list_at(*vectors, "")) {
    Sent sent{.body = std::string(text_at(one, "body")),
              .headers = {},
              .now_ns = int_at(one, "now") * kNsPerSec};
    for (const auto& [name, value] : *map_at(one, "headers"))
      sent.headers.emplace_back(std::string(name), std::string(text_at(value, "")));
    EXPECT_EQ(
        gitlab_accepts("signing_token: '" + std::string(text_at(one, "secret")) + "'\n", sent),
        bool_at(one, "accept"))
        << text_at(one, "name");
  }
}

class Gitlab : public testing::Test {
 protected:
  OneEvent decode(std::string body, net::Headers headers = {}, DecodeContext context = {}) const {
    return OneEvent(*gitlab_.portal, {std::move(body), std::move(headers)}, context);
  }
  ConfiguredEntry gitlab_{"gitlab", ""};
};

TEST_F(Gitlab, an_unknown_kind_of_hook_is_a_plain_event) {
  const auto event = decode(
      R"({"object_kind":"new_thing","user":{"name":"Ann","username":"ann"},
          "project":{"path_with_namespace":"a/b","web_url":"https://g.example/a/b"},
          "object_attributes":{"action":"create","title":"T","url":"https://g.example/a/b/1"}})");
  EXPECT_EQ(event["kind"], "urn:gitlab:new_thing:create");
  EXPECT_EQ(event["message"], "GitLab: new thing created \"T\" in a/b");
  EXPECT_EQ(event["project"], "a/b");
  EXPECT_EQ(event["actor"], "ann");
  EXPECT_EQ(event["source"], "https://g.example/a/b");
  EXPECT_EQ(event["view_link"], "https://g.example/a/b/1");
  EXPECT_EQ(event["raw.object_attributes.title"], "T");
  EXPECT_EQ(decode(R"({"event_name":"user_sneezed"})")["kind"], "urn:gitlab:user_sneezed");
  EXPECT_EQ(decode("{}")["message"], "GitLab: hook");
}

TEST_F(Gitlab, a_body_that_is_no_object_is_an_event) {
  for (const char* body : {"hello", "[1,2]", "\"x\"", "{\"a\":", "null", "\xff\xfe"}) {
    const auto event = decode(body, {{"X-Gitlab-Instance", "https://gitlab.example.com"},
                                     {"X-Gitlab-Event", "Push Hook"}});
    EXPECT_EQ(event["kind"], "urn:gitlab:unknown") << body;
    EXPECT_EQ(event["source"], "https://gitlab.example.com");
    EXPECT_EQ(event["hook"], "Push Hook");
    EXPECT_TRUE(event["message"].starts_with("GitLab sent a hook that is no JSON object: "))
        << body;
  }
  EXPECT_EQ(decode("")["message"], "GitLab sent a hook that is no JSON object");
  EXPECT_EQ(decode("hello")["message"], "GitLab sent a hook that is no JSON object: hello");
}

TEST_F(Gitlab, bytes_that_are_no_text_are_mended) {
  const auto event = decode(
      "{\"object_kind\":\"push\",\"ref\":\"refs/heads/a\xff\","
      "\"user_name\":\"\\ud800Ann\",\"total_commits_count\":1,"
      "\"before\":\"1\",\"after\":\"2\"}");
  EXPECT_EQ(event["kind"], "urn:gitlab:push");
  EXPECT_TRUE(is_utf8(event.json()));
  EXPECT_EQ(event["message"],
            "\xEF\xBF\xBD"
            "Ann pushed 1 commit to a\xEF\xBF\xBD");
  EXPECT_EQ(event["raw.user_name"],
            "\xEF\xBF\xBD"
            "Ann");
}

TEST_F(Gitlab, a_pipeline_of_two_thousand_jobs_is_cut_and_says_so) {
  std::string body = R"({"object_kind":"pipeline","object_attributes":{"id":31,"ref":"main",)"
                     R"("status":"failed","duration":63},"user":{"name":"Ann","username":"ann"},)"
                     R"("project":{"path_with_namespace":"a/b","web_url":"https://g.example/a/b"},)"
                     R"("commit":{"title":"t"},"builds":[)";
  for (int i = 0; i < 2000; ++i)
    body +=
        (i ? "," : "") + (R"({"id":)" + std::to_string(i)) + R"(,"stage":"test","name":"unit )" +
        std::to_string(i) +
        R"(","status":"failed","allow_failure":false,"runner":{"tags":["a","b"]},"user":{"name":")" +
        std::string(600, 'x') + R"("}})";
  body += "]}";
  const auto event = decode(body);
  EXPECT_EQ(event["truncated"], "true");
  EXPECT_EQ(event["message"],
            "Pipeline #31 by Ann on main in a/b failed after 1 min 3 s: "
            "jobs unit 0, unit 1, unit 2 and 1997 more");
  EXPECT_EQ(event["severity"], "error");
  EXPECT_EQ(event["raw.builds.0.name"], "unit 0");
  EXPECT_LE(event.all().events[0].fields.size(), 1000u);
  EXPECT_LE(event.json().size(), 1u << 20);
}

TEST_F(Gitlab, nesting_beyond_the_limit_is_cut_and_says_so) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"a\":";
  const auto event = decode(R"({"object_kind":"push","ref":"refs/heads/x","user_name":"Ann",)"
                            R"("total_commits_count":2,"before":"1","after":"2","deep":)" +
                            deep + "1" + std::string(100, '}') + "}");
  EXPECT_EQ(event["kind"], "urn:gitlab:push");
  EXPECT_EQ(event["message"], "Ann pushed 2 commits to x");
  EXPECT_EQ(event["truncated"], "true");
}

TEST_F(Gitlab, the_same_hook_again_has_the_same_key) {
  EXPECT_EQ(decode("{}", {{"Idempotency-Key", "k"}, {"webhook-id", "w"}}).all().idempotency_key,
            "k");
  EXPECT_EQ(decode("{}", {{"webhook-id", "w"}}).all().idempotency_key, "w");
  EXPECT_EQ(decode("{}").all().idempotency_key, "");
  EXPECT_EQ(decode("{}", {{"webhook-id", std::string(999, 'w')}}).all().idempotency_key.size(),
            255u);
}

TEST_F(Gitlab, the_answer_is_an_empty_200) {
  const net::HttpAnswer answer = gitlab_->answer({.accepted = 1, .ack = "disk"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

struct GitlabRow {
  const char* name;
  const char* body;
  const char* kind;
  const char* message;
};

class GitlabSentence : public testing::TestWithParam<GitlabRow> {};

TEST_P(GitlabSentence, reads_well) {
  const ConfiguredEntry gitlab("gitlab", "");
  const OneEvent event(*gitlab.portal, {GetParam().body, {}});
  EXPECT_EQ(event["kind"], GetParam().kind);
  EXPECT_EQ(event["message"], GetParam().message);
}

constexpr GitlabRow kGitlabRows[] = {
    {"branch_deleted",
     R"({"object_kind":"push","ref":"refs/heads/a/b","user_name":"Ann","after":"000","before":"1"})",
     "urn:gitlab:push:deleted", "Ann deleted branch a/b"},
    {"branch_created",
     R"({"object_kind":"push","ref":"refs/heads/x","user_name":"Ann","after":"1","before":"000"})",
     "urn:gitlab:push", "Ann created branch x"},
    {"branch_with_commits",
     R"({"object_kind":"push","ref":"refs/heads/x","user_name":"Ann","after":"1","before":"000",
         "total_commits_count":1,"commits":[{"message":"Fix it\n\nLong story"}]})",
     "urn:gitlab:push", "Ann pushed 1 commit to new branch x: Fix it"},
    {"tag_moved",
     R"({"object_kind":"tag_push","ref":"refs/tags/v1","user_name":"Ann","after":"1","before":"2"})",
     "urn:gitlab:tag_push", "Ann moved tag v1"},
    {"merged",
     R"({"object_kind":"merge_request","user":{"name":"Ann"},"object_attributes":{"iid":7,"title":"T",
         "target_branch":"main","action":"merge","state":"merged"}})",
     "urn:gitlab:merge_request:merged", "Ann merged merge request !7 \"T\" into main"},
    {"approval",
     R"({"object_kind":"merge_request","user":{"name":"Ann"},"object_attributes":{"iid":7,"title":"T",
         "action":"approval"}})",
     "urn:gitlab:merge_request:approval", "Ann approved merge request !7 \"T\""},
    {"unapproved",
     R"({"object_kind":"merge_request","user":{"name":"Ann"},"object_attributes":{"iid":7,
         "action":"unapproved"}})",
     "urn:gitlab:merge_request:unapproved", "Ann withdrew the approval of merge request !7"},
    {"new_commits",
     R"({"object_kind":"merge_request","user":{"name":"Ann"},"object_attributes":{"iid":7,"oldrev":"1",
         "action":"update"},"changes":{"updated_at":{}}})",
     "urn:gitlab:merge_request:updated", "Ann updated merge request !7: pushed new commits"},
    {"many_changes",
     R"({"object_kind":"merge_request","user":{"name":"Ann"},"object_attributes":{"iid":7,
         "action":"update"},"changes":{"draft":{"previous":true,"current":false},
         "labels":{"previous":[{"title":"a"}],"current":[{"title":"b"},{"title":"c"}]},
         "reviewers":{"previous":[],"current":[{"name":"Bob"}]},
         "milestone_id":{},"target_branch":{}}})",
     "urn:gitlab:merge_request:updated",
     "Ann updated merge request !7: marked it as ready; added labels b, c; removed label a; asked "
     "for a review by Bob; changed milestone, target branch"},
    {"confidential_issue",
     R"({"object_kind":"issue","user":{"name":"Ann"},"object_attributes":{"iid":1,"title":"S",
         "confidential":true,"action":"close"}})",
     "urn:gitlab:issue:closed", "Ann closed confidential issue #1 \"S\""},
    {"edited_comment",
     R"({"object_kind":"note","user":{"name":"Ann"},"object_attributes":{"note":"hm\nwell",
         "noteable_type":"WikiPage::Meta","action":"update"},"wiki_page":{"title":"Home"}})",
     "urn:gitlab:note:wiki_page", "Ann edited a comment on wiki page \"Home\": hm"},
    {"comment_on_something_new",
     R"({"object_kind":"note","user":{"name":"Ann"},"object_attributes":{"note":"hm",
         "noteable_type":"Epic"}})",
     "urn:gitlab:note:epic", "Ann commented on an epic: hm"},
    {"emoji_on_an_issue",
     R"({"object_kind":"emoji","event_type":"award","user":{"name":"Ann"},"object_attributes":
         {"name":"rocket","awardable_type":"Issue"},"issue":{"iid":3,"title":"T"}})",
     "urn:gitlab:emoji:awarded", "Ann gave :rocket: to issue #3 \"T\""},
    {"emoji_on_a_comment",
     R"({"object_kind":"emoji","event_type":"revoke","user":{"name":"Ann"},"object_attributes":
         {"name":"rocket","awardable_type":"Note"},"note":{"noteable_type":"Issue"},
         "issue":{"iid":3,"title":"T"}})",
     "urn:gitlab:emoji:revoked", "Ann took back :rocket: from a comment on issue #3 \"T\""},
    {"milestone",
     R"({"object_kind":"milestone","user":{"name":"Ann"},"action":"close","object_attributes":
         {"title":"v2","iid":1}})",
     "urn:gitlab:milestone:closed", "Ann closed milestone \"v2\""},
    {"merge_request_pipeline",
     R"({"object_kind":"pipeline","object_attributes":{"id":9,"ref":"refs/merge-requests/4/head",
         "status":"running","duration":3,"source":"merge_request_event"},
         "merge_request":{"iid":4,"title":"T"},"user":{"name":"Ann"}})",
     "urn:gitlab:pipeline:running", "Pipeline #9 by Ann for merge request !4 \"T\" is running"},
    {"failed_job",
     R"({"object_kind":"build","build_name":"unit","build_stage":"test","build_status":"failed",
         "build_duration":4000,"build_failure_reason":"runner_system_failure","ref":"v1",
         "tag":true})",
     "urn:gitlab:job:failed",
     "Job \"unit\" (stage test) on tag v1 failed after 1 h 6 min: runner system failure"},
    {"failed_deployment",
     R"({"object_kind":"deployment","status":"failed","environment":"prod","user":{"name":"Ann"},
         "project":{"path_with_namespace":"a/b"}})",
     "urn:gitlab:deployment:failed", "Deployment of a/b to prod by Ann failed"},
    {"denied",
     R"({"event_name":"user_access_request_denied_for_group","group_path":"g","user_name":"Ann"})",
     "urn:gitlab:member:request_denied", "Ann was denied access to group g"},
    {"renamed_user",
     R"({"event_name":"user_rename","name":"Ann","username":"ann2","old_username":"ann"})",
     "urn:gitlab:user:renamed", "User ann was renamed to Ann (ann2)"},
    {"group_token",
     R"({"object_kind":"access_token","event_name":"expiring_access_token","group":
         {"group_path":"g"},"object_attributes":{"name":"bot","expires_at":"2026-01-26"}})",
     "urn:gitlab:access_token:expiring", "Access token \"bot\" of g expires on 2026-01-26"},
    {"nobody_and_nothing", R"({"object_kind":"merge_request"})", "urn:gitlab:merge_request",
     "Someone changed a merge request"},
};

INSTANTIATE_TEST_SUITE_P(Hooks, GitlabSentence, testing::ValuesIn(kGitlabRows),
                         row_name<GitlabRow>);

}  // namespace
}  // namespace tt::portals::test
