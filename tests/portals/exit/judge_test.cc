// What the answers of Slack, HipChat and Jenkins mean.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

struct Row {
  int status;
  const char* body;
  VerdictKind kind;
};

TEST(Slack, answers_that_lie_are_seen_through) {
  const Configured slack("slack", "{url: https://hooks.slack.com/services/T/B/x, channel: '#a'}");
  ASSERT_TRUE(slack.portal) << slack.problems();
  const Row rows[] = {
      {200, "ok", VerdictKind::kDelivered},
      {200, "ok\n", VerdictKind::kDelivered},
      {200, "", VerdictKind::kDelivered},
      {200, R"({"ok":true,"ts":"1"})", VerdictKind::kDelivered},
      {200, R"({"success":true})", VerdictKind::kDelivered},
      {200, R"({"ok":false,"error":"invalid_auth"})", VerdictKind::kMisconfigured},
      {200, R"({"ok":false,"error":"msg_too_long"})", VerdictKind::kRejected},
      {200, R"({"ok":false,"error":"ratelimited"})", VerdictKind::kRetry},
      {200, R"({"success":false,"error":"something"})", VerdictKind::kRejected},
      {200, "invalid_payload", VerdictKind::kRejected},
      {200, "<html>log in</html>", VerdictKind::kMisconfigured},
      {400, "invalid_payload", VerdictKind::kRejected},
      {400, "no_text", VerdictKind::kRejected},
      {400, "user_not_found", VerdictKind::kMisconfigured},
      {403, "action_prohibited", VerdictKind::kMisconfigured},
      {404, "channel_not_found", VerdictKind::kMisconfigured},
      {404, "no_service", VerdictKind::kMisconfigured},
      {410, "channel_is_archived", VerdictKind::kMisconfigured},
      {429, "rate_limited", VerdictKind::kRetry},
      {500, "rollup_error", VerdictKind::kRetry},
      {503, "", VerdictKind::kRetry},
  };
  for (const Row& row : rows)
    EXPECT_EQ(judge_one(*slack.portal, {.status = row.status, .body = row.body}).kind, row.kind)
        << row.status << " " << row.body;
}

TEST(Slack, a_channel_that_the_event_chose_is_the_events_fault) {
  const Configured slack("slack", "{url: https://a/b, channel: '{{ event.project }}'}");
  ASSERT_TRUE(slack.portal) << slack.problems();
  EXPECT_EQ(judge_one(*slack.portal, {.status = 404, .body = "channel_not_found"}).kind,
            VerdictKind::kRejected);
}

TEST(Slack, the_pause_that_is_asked_for_is_kept) {
  const Configured slack("slack", "url: https://a/b");
  ASSERT_TRUE(slack.portal) << slack.problems();
  EXPECT_EQ(
      judge_one(*slack.portal, {.status = 429, .headers = {{"Retry-After", "30"}}}).retry_after_ns,
      30 * kNsPerSec);
}

constexpr const char* kHipchat = "{url: https://h.example.com, room: ops, token: t0ken}";

TEST(Hipchat, a_room_cannot_leave_its_place_in_the_path) {
  const Configured hipchat(
      "hipchat", "{url: https://h.example.com, room: '{{ event.project }}', token: t0ken}");
  ASSERT_TRUE(hipchat.portal) << hipchat.problems();
  const auto url_of = [&](const std::string& project) {
    const auto request =
        hipchat.portal->encode(Outgoing(R"({"message":"m","project":")" + project + "\"}").all());
    return request.ok() ? request->url.masked() : request.error().text;
  };
  EXPECT_EQ(url_of("a/b"), "https://h.example.com/v2/room/a%2Fb/notification");
  // Servers and proxies that tidy paths up would find another room, or another method.
  for (const char* project : {"ops/../../user/me", "../user", "x\\\\..\\\\y"})
    EXPECT_EQ(url_of(project), "template: `room` leaves its place") << project;
}

TEST(Hipchat, flood_control_says_when_to_come_back) {
  const Configured hipchat("hipchat", kHipchat);
  ASSERT_TRUE(hipchat.portal) << hipchat.problems();
  const std::string reset = std::to_string(kNow / kNsPerSec + 42);
  const auto pause = [&](net::Headers headers) {
    return judge_one(*hipchat.portal, {.status = 429, .headers = std::move(headers)})
        .retry_after_ns;
  };
  EXPECT_EQ(pause({{"X-Floodcontrol-Remaining", "0"}, {"X-FloodControl-Reset", reset}}),
            42 * kNsPerSec);
  EXPECT_EQ(pause({{"X-Ratelimit-Remaining", "99"},
                   {"X-Ratelimit-Reset", reset},
                   {"X-Floodcontrol-Remaining", "0"},
                   {"X-Floodcontrol-Reset", "7"}}),
            7 * kNsPerSec);
  EXPECT_EQ(pause({{"Retry-After", "50"}, {"X-Ratelimit-Reset", reset}}), 50 * kNsPerSec);
  EXPECT_EQ(pause({{"X-Ratelimit-Reset", "1"}}), 1 * kNsPerSec);
  EXPECT_EQ(pause({{"X-Ratelimit-Reset", "1000000001"}}), 0);
  EXPECT_EQ(pause({{"X-Ratelimit-Reset", "soon"}}), std::nullopt);
}

TEST(Hipchat, success_has_no_body_and_a_wrong_room_is_no_lost_event) {
  const Configured fixed("hipchat", kHipchat);
  const Configured chosen("hipchat",
                          "{url: https://h.example.com, room: '{{ event.host }}', token: t0ken}");
  ASSERT_TRUE(fixed.portal && chosen.portal);
  EXPECT_EQ(judge_one(*fixed.portal, {.status = 204}).kind, VerdictKind::kDelivered);
  EXPECT_EQ(judge_one(*fixed.portal, {.status = 404}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(judge_one(*chosen.portal, {.status = 404}).kind, VerdictKind::kRejected);
}

TEST(Jenkins, the_queue_item_is_the_reference) {
  const Configured jenkins("jenkins", "{url: https://ci.example.com, job: web/deploy}");
  ASSERT_TRUE(jenkins.portal) << jenkins.problems();
  const Verdict verdict =
      judge_one(*jenkins.portal,
                {.status = 201, .headers = {{"Location", "https://ci.example.com/queue/item/7/"}}});
  EXPECT_EQ(verdict.kind, VerdictKind::kDelivered);
  EXPECT_EQ(verdict.reference, "https://ci.example.com/queue/item/7/");
  EXPECT_EQ(judge_one(*jenkins.portal, {.status = 404}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(judge_one(*jenkins.portal, {.status = 409}).kind, VerdictKind::kRejected);
}

TEST(Jenkins, a_job_that_the_event_chose_may_be_missing) {
  const Configured jenkins("jenkins", "{url: https://ci.example.com, job: '{{ event.project }}'}");
  ASSERT_TRUE(jenkins.portal) << jenkins.problems();
  EXPECT_EQ(judge_one(*jenkins.portal, {.status = 404}).kind, VerdictKind::kRejected);
}

}  // namespace
}  // namespace tt::portals::test
