// Tests of portals/entry/github: webhooks that are not as documented.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/github_fixture.h"

namespace tt::portals::test {
namespace {

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
                            {{"X-GitHub-Event", "ping"}, {"Content-Type", kFormBody}});
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

}  // namespace
}  // namespace tt::portals::test
