// Mattermost: what its answers mean, and that long and nasty events stay messages.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kHook = "url: https://chat.example.com/hooks/abc";

/// An error of the server as it writes them.
std::string app_error(std::string_view id, int status) {
  return JsonWriter()
      .map()
      .key("id")
      .text(id)
      .key("message")
      .text("Couldn't find the channel.")
      .key("detailed_error")
      .text("")
      .key("status_code")
      .number(status)
      .end()
      .take();
}

std::string text_of(const Configured& exit, std::string_view event) {
  const auto request = exit.portal->encode(Outgoing(event).all());
  EXPECT_TRUE(request.ok());
  if (!request.ok()) return "";
  const auto json = parse_json(request->body);
  return json ? std::string(text_at(*json, "attachments.0.text")) : "";
}

TEST(Mattermost, errors_are_told_by_their_ids_not_by_their_status) {
  const Configured fixed("mattermost", kHook);
  const Configured chosen("mattermost",
                          "{url: https://chat.example.com/hooks/abc, channel: '{{ event.host }}'}");
  ASSERT_TRUE(fixed.portal && chosen.portal);
  const struct {
    int status;
    const char* id;
    VerdictKind fixed, chosen;
  } rows[] = {
      {501, "web.incoming_webhook.disabled.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kMisconfigured},
      {400, "web.incoming_webhook.invalid.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kMisconfigured},
      {404, "app.channel.get.existing.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kMisconfigured},
      {404, "web.incoming_webhook.channel.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kRejected},
      {400, "web.incoming_webhook.user.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kRejected},
      {403, "web.incoming_webhook.channel_locked.app_error", VerdictKind::kMisconfigured,
       VerdictKind::kRejected},
      {400, "web.incoming_webhook.parse.app_error", VerdictKind::kRejected, VerdictKind::kRejected},
      {400, "web.incoming_webhook.split_props_length.app_error", VerdictKind::kRejected,
       VerdictKind::kRejected},
      {500, "api.post.create_webhook_post.creating.app_error", VerdictKind::kRetry,
       VerdictKind::kRetry},
  };
  for (const auto& row : rows) {
    const ExitAnswer answer{.status = row.status, .body = app_error(row.id, row.status)};
    EXPECT_EQ(judge_one(*fixed.portal, answer).kind, row.fixed) << row.id;
    EXPECT_EQ(judge_one(*chosen.portal, answer).kind, row.chosen) << row.id;
  }
  EXPECT_EQ(
      judge_one(*fixed.portal,
                {.status = 404, .body = app_error("web.incoming_webhook.channel.app_error", 404)})
          .text,
      "HTTP 404: Couldn't find the channel. (web.incoming_webhook.channel.app_error)");
}

TEST(Mattermost, only_ok_is_a_delivery) {
  const Configured exit("mattermost", kHook);
  ASSERT_TRUE(exit.portal) << exit.problems();
  EXPECT_EQ(judge_one(*exit.portal, {.status = 200, .body = "ok"}).kind, VerdictKind::kDelivered);
  EXPECT_EQ(judge_one(*exit.portal, {.status = 200, .body = "ok\n"}).kind, VerdictKind::kDelivered);
  EXPECT_EQ(judge_one(*exit.portal, {.status = 200, .body = "<html>"}).kind,
            VerdictKind::kMisconfigured);
  EXPECT_EQ(judge_one(*exit.portal, {.status = 301}).kind, VerdictKind::kMisconfigured);
  const Verdict limited =
      judge_one(*exit.portal,
                {.status = 429, .headers = {{"X-RateLimit-Reset", "3"}}, .body = "limit exceeded"});
  EXPECT_EQ(limited.kind, VerdictKind::kRetry);
  EXPECT_EQ(limited.retry_after_ns, 3 * kNsPerSec);
}

TEST(Mattermost, a_long_message_is_cut_and_its_link_stays) {
  const Configured exit("mattermost", kHook);
  ASSERT_TRUE(exit.portal) << exit.problems();
  const std::string text =
      text_of(exit, R"({"severity":"error","view_link":"https://a.example/x","message":")" +
                        std::string(50'000, '*') + "\"}");
  EXPECT_LE(count_runes(text), 16'383u);
  EXPECT_GE(count_runes(text), 16'000u);
  EXPECT_TRUE(text.starts_with("**error** \\*")) << text.substr(0, 20);
  EXPECT_TRUE(text.ends_with("… ([link](https://a.example/x))"));
}

TEST(Mattermost, a_text_of_ones_own_is_cut_too) {
  const Configured exit("mattermost", std::string(kHook) + "\ntext: '{{ event.message }}'");
  ASSERT_TRUE(exit.portal) << exit.problems();
  EXPECT_EQ(count_runes(text_of(exit, "{\"message\":\"" + std::string(50'000, 'x') + "\"}")),
            16'383u);
}

TEST(Mattermost, nobody_is_woken_by_good_news) {
  const Configured exit("mattermost", std::string(kHook) + "\npriority: severity");
  ASSERT_TRUE(exit.portal) << exit.problems();
  const auto priority = [&](std::string_view event) {
    const auto request = exit.portal->encode(Outgoing(event).all());
    const auto json = request ? parse_json(request->body) : nullptr;
    return json ? std::string(text_at(*json, "priority.priority")) : "no request";
  };
  EXPECT_EQ(priority(R"({"message":"m","severity":"critical"})"), "urgent");
  EXPECT_EQ(priority(R"({"message":"m","severity":"warning"})"), "important");
  EXPECT_EQ(priority(R"({"message":"m","severity":"info"})"), "");
  EXPECT_EQ(priority(R"({"message":"m","severity":"critical","alert_state":"resolved"})"), "");
}

TEST(Mattermost, an_acknowledgement_needs_a_priority) {
  EXPECT_FALSE(Configured("mattermost", std::string(kHook) + "\nrequested_ack: true").portal);
  EXPECT_FALSE(Configured("mattermost", "url: hooks/abc").portal);
}

}  // namespace
}  // namespace tt::portals::test
