// Slack: what is sent where, and what the answers to bots mean. Those to webhooks: judge_test.cc.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kBot = "{token: xoxb-t0ken, channel: C01}";

TEST(SlackBot, posts_with_its_token_and_never_shows_it) {
  TestSeams seams;
  const Configured slack("slack",
                         "{token: xoxb-t0ken, channel: C01, api: 'https://s.example/api/'}");
  ASSERT_TRUE(slack.portal) << slack.problems();
  EXPECT_EQ(slack.portal->target(), "https://s.example");
  const auto request = slack.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(masked_json(*request).find("t0ken"), std::string::npos);
  const auto sender = slack.portal->connect(seams.seams());
  ExitAnswer got;
  sender->send(*request, {.id = "7f3a-1"}, [&](ExitAnswer answer) { got = std::move(answer); });
  EXPECT_EQ(seams.client.requests.at(0).url, "https://s.example/api/chat.postMessage");
  EXPECT_EQ(seams.client.header(0, "Authorization"), "Bearer xoxb-t0ken");
  seams.client.answer_last({.status = 200, .body = R"({"ok":true,"channel":"C01","ts":"1.2"})"});
  EXPECT_EQ(judge_one(*slack.portal, got).reference, "1.2");
}

TEST(SlackBot, goes_to_slack_when_nothing_else_is_said) {
  const Configured slack("slack", kBot);
  ASSERT_TRUE(slack.portal) << slack.problems();
  const auto request = slack.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.reveal(), "https://slack.com/api/chat.postMessage");
}

TEST(SlackBot, an_answer_that_is_no_success_says_what_to_do) {
  const Configured slack("slack", kBot);
  ASSERT_TRUE(slack.portal) << slack.problems();
  const struct {
    const char* body;
    VerdictKind kind;
  } rows[] = {
      {R"({"ok":true,"ts":"1503435956.000247"})", VerdictKind::kDelivered},
      {R"({"ok":false,"error":"invalid_auth"})", VerdictKind::kMisconfigured},
      {R"({"ok":false,"error":"no_permission"})", VerdictKind::kMisconfigured},
      {R"({"ok":false,"error":"not_in_channel"})", VerdictKind::kMisconfigured},
      {R"({"ok":false,"error":"restricted_action_read_only_channel"})",
       VerdictKind::kMisconfigured},
      {R"({"ok":false,"error":"msg_too_long"})", VerdictKind::kRejected},
      {R"({"ok":false,"error":"invalid_blocks"})", VerdictKind::kRejected},
      {R"({"ok":false,"error":"ratelimited"})", VerdictKind::kRetry},
      {R"({"ok":false,"error":"team_added_to_org"})", VerdictKind::kRetry},
      {R"({"ok":false,"error":"internal_error"})", VerdictKind::kRetry},
      {R"({"ok":false})", VerdictKind::kRejected},
      {"ok", VerdictKind::kMisconfigured},
      {"", VerdictKind::kMisconfigured},
      {"[]", VerdictKind::kMisconfigured},
      {"<html>log in</html>", VerdictKind::kMisconfigured},
  };
  for (const auto& row : rows) {
    const Verdict verdict = judge_one(*slack.portal, {.status = 200, .body = row.body});
    EXPECT_EQ(verdict.kind, row.kind) << row.body;
    EXPECT_EQ(verdict.text.empty(), row.kind == VerdictKind::kDelivered) << row.body;
  }
}

TEST(SlackBot, a_missing_scope_is_named) {
  const Configured slack("slack", kBot);
  ASSERT_TRUE(slack.portal) << slack.problems();
  const Verdict verdict = judge_one(
      *slack.portal,
      {.status = 200, .body = R"({"ok":false,"error":"missing_scope","needed":"chat:write"})"});
  EXPECT_EQ(verdict.kind, VerdictKind::kMisconfigured);
  EXPECT_TRUE(verdict.text.ends_with("the token needs the scope chat:write")) << verdict.text;
}

TEST(SlackBot, a_pause_is_kept_whatever_the_status_says) {
  const Configured slack("slack", kBot);
  ASSERT_TRUE(slack.portal) << slack.problems();
  for (const int status : {200, 429})
    EXPECT_EQ(judge_one(*slack.portal, {.status = status,
                                        .headers = {{"Retry-After", "7"}},
                                        .body = R"({"ok":false,"error":"ratelimited"})"})
                  .retry_after_ns,
              7 * kNsPerSec)
        << status;
}

TEST(SlackBot, a_channel_that_the_event_chose_is_the_events_fault) {
  const Configured slack("slack", "{token: xoxb-t0ken, channel: '{{ event.project }}'}");
  ASSERT_TRUE(slack.portal) << slack.problems();
  EXPECT_EQ(judge_one(*slack.portal,
                      {.status = 200, .body = R"({"ok":false,"error":"channel_not_found"})"})
                .kind,
            VerdictKind::kRejected);
  const auto nowhere = slack.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_FALSE(nowhere.ok());
  EXPECT_TRUE(nowhere.error().text.starts_with("template")) << nowhere.error().text;
}

/// What is posted of an alert: firing, told again, over, firing again; Slack's answers in between.
std::vector<std::string> story_of_an_alert(const std::string& yaml) {
  TestSeams seams;
  const Configured slack("slack", yaml);
  EXPECT_TRUE(slack.portal) << slack.problems();
  const auto sender = slack.portal->connect(seams.seams());
  std::vector<std::string> threads;
  for (const char* state : {"firing", "firing", "acknowledged", "resolved", "firing"}) {
    const Outgoing event(R"({"message":"m","alert_key":"web1/HTTP","alert_state":")" +
                         std::string(state) + "\"}");
    const auto request = slack.portal->encode(event.all());
    EXPECT_TRUE(request.ok());
    EXPECT_EQ(request->body.find("thread_ts"), std::string::npos) << "encode knows of no thread";
    sender->send(*request, {.id = "7f3a-1"}, [](const ExitAnswer&) {});
    const auto body = parse_json(seams.client.requests.back().body);
    EXPECT_TRUE(body) << seams.client.requests.back().body;
    threads.emplace_back(body ? text_at(*body, "thread_ts") : "?");
    const std::string ts = std::to_string(seams.client.requests.size()) + ".0";
    seams.client.answer_last({.status = 200, .body = R"({"ok":true,"ts":")" + ts + "\"}"});
  }
  return threads;
}

TEST(SlackBot, an_alert_stands_in_one_thread_up_to_its_end) {
  const std::vector<std::string> expected{"", "1.0", "1.0", "1.0", ""};
  EXPECT_EQ(story_of_an_alert(kBot), expected);
  EXPECT_EQ(story_of_an_alert("{token: xoxb-t0ken, channel: C01, color: false}"), expected);
}

TEST(SlackBot, threads_are_for_bots_and_can_be_switched_off) {
  const std::vector<std::string> none(5);
  EXPECT_EQ(story_of_an_alert("{token: xoxb-t0ken, channel: C01, threads: false}"), none);
  EXPECT_EQ(story_of_an_alert("{url: 'https://hooks.slack.com/services/T/B/x'}"), none);
}

TEST(SlackBot, a_thread_that_takes_no_answers_is_left) {
  TestSeams seams;
  const Configured slack("slack", kBot);
  ASSERT_TRUE(slack.portal) << slack.problems();
  const auto sender = slack.portal->connect(seams.seams());
  const auto request = slack.portal->encode(
      Outgoing(R"({"message":"m","alert_key":"k","alert_state":"firing"})").all());
  ASSERT_TRUE(request.ok());
  std::vector<VerdictKind> kinds;
  for (const char* body :
       {R"({"ok":true,"ts":"1.0"})", R"({"ok":false,"error":"cannot_reply_to_message"})",
        R"({"ok":true,"ts":"2.0"})"}) {
    sender->send(*request, {.id = "7f3a-1"}, [&](const ExitAnswer& answer) {
      kinds.push_back(judge_one(*slack.portal, answer).kind);
    });
    seams.client.answer_last({.status = 200, .body = body});
  }
  EXPECT_EQ(kinds,
            (std::vector{VerdictKind::kDelivered, VerdictKind::kRetry, VerdictKind::kDelivered}));
  EXPECT_EQ(seams.client.requests.at(2).body.find("thread_ts"), std::string::npos);
}

TEST(SlackBot, options_that_do_not_belong_together_are_refused) {
  for (const char* yaml :
       {"{channel: '#ops'}", "{token: xoxb-t0ken}",
        "{token: xoxb-t0ken, channel: '#ops', url: https://hooks.slack.com/services/T/B/x}"}) {
    const Configured slack("slack", yaml);
    EXPECT_FALSE(slack.portal) << yaml;
    EXPECT_NE(slack.problems().find("`token`"), std::string::npos) << slack.problems();
  }
}

TEST(SlackWebhook, a_post_has_the_shape_of_slacks_own_client) {
  const Json capture = shared_json("11-captures/open/slack-webhook.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  const Configured slack("slack", "url: https://hooks.slack.com/services/T/B/x");
  ASSERT_TRUE(slack.portal) << slack.problems();
  const auto request = slack.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, text_at(*capture, "wire.0.method"));
  EXPECT_TRUE(request->headers.at(0).second.reveal().starts_with("application/json"));
  const auto ours = parse_json(request->body);
  const auto theirs = parse_json(text_at(*capture, "wire.0.body.text"));
  ASSERT_TRUE(ours && theirs);
  expect_alike(*ours, *theirs,
               {"attachments", "attachments.0", "attachments.0.color", "attachments.0.text"});
}

TEST(Slack, a_notification_shows_plain_text) {
  const Configured slack("slack", "url: https://hooks.slack.com/services/T/B/x");
  ASSERT_TRUE(slack.portal) << slack.problems();
  const auto request = slack.portal->encode(
      Outgoing(
          R"({"message":"a & b\n<!here> @all","severity":"error","project":"web","view_link":"https://x.example"})")
          .all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(text_at(*parse_json(request->body), "attachments.0.fallback"),
            "Error: web: a &amp; b &lt;!here&gt; @\u200Ball");
}

}  // namespace
}  // namespace tt::portals::test
