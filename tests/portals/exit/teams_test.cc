// Teams: cards that always fit, answers of Power Automate, and addresses of the past.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kFlow = "url: https://prod-1.westeurope.logic.azure.com/workflows/x?sig=s";
constexpr std::size_t kCardBytesMax = 21'000;

Verdict teams_verdict(const ExitAnswer& answer) {
  const Configured exit("teams", kFlow);
  EXPECT_TRUE(exit.portal) << exit.problems();
  return exit.portal->judge(answer, 1, kNow).front();
}

std::string teams_body(std::string_view yaml, const std::string& event) {
  const Configured exit("teams", yaml);
  EXPECT_TRUE(exit.portal) << exit.problems();
  const auto request = exit.portal->encode(Outgoing(event).all());
  EXPECT_TRUE(request.ok());
  return request.ok() ? request->body : "";
}

std::string text_in(const std::string& body) {
  const auto json = parse_json(body);
  return json ? std::string(text_at(*json, "attachments.0.content.body.1.inlines.0.text")) : "";
}

TEST(Teams, accepted_is_delivered_and_the_run_is_the_reference) {
  EXPECT_EQ(teams_verdict({.status = 200}).kind, VerdictKind::kDelivered);
  const Verdict accepted =
      teams_verdict({.status = 202, .headers = {{"x-ms-workflow-run-id", "0858"}}});
  EXPECT_EQ(accepted.kind, VerdictKind::kDelivered);
  EXPECT_EQ(accepted.reference, "0858");
  EXPECT_EQ(teams_verdict({.status = 200, .body = "<html>sign in"}).kind,
            VerdictKind::kMisconfigured);
}

TEST(Teams, what_a_person_must_mend_is_said) {
  const struct {
    int status;
    const char *body, *advice;
  } rows[] = {
      {400, R"({"error":{"code":"WorkflowTriggerIsNotEnabled","message":"state 'Deleted'"}})",
       "turn the workflow on"},
      {404, R"({"error":{"code":"WorkflowNotFound","message":"gone"}})", "turn the workflow on"},
      {400, R"({"error":{"code":"TriggerInputSchemaMismatch","message":"no"}})",
       "When a Teams webhook request is received"},
      {401, R"({"error":{"code":"DirectApiAuthorizationRequired","message":"no"}})",
       "copy the whole address"},
      {403, "", "copy the whole address"},
  };
  for (const auto& row : rows) {
    const Verdict verdict = teams_verdict({.status = row.status, .body = row.body});
    EXPECT_EQ(verdict.kind, VerdictKind::kMisconfigured) << row.body;
    EXPECT_NE(verdict.text.find(row.advice), std::string::npos) << verdict.text;
  }
}

TEST(Teams, too_much_is_told_again_later_and_too_large_never) {
  const Verdict limited = teams_verdict({.status = 429, .headers = {{"Retry-After", "12"}}});
  EXPECT_EQ(limited.kind, VerdictKind::kRetry);
  EXPECT_EQ(limited.retry_after_ns, 12 * kNsPerSec);
  EXPECT_EQ(teams_verdict({.status = 502}).kind, VerdictKind::kRetry);
  EXPECT_EQ(
      teams_verdict({.status = 413, .body = R"({"error":{"code":"RequestEntityTooLarge"}})"}).kind,
      VerdictKind::kRejected);
  EXPECT_EQ(
      teams_verdict({.status = 400, .body = R"({"error":{"code":"InvalidRequestContent"}})"}).kind,
      VerdictKind::kRejected);
}

TEST(Teams, addresses_of_connectors_are_refused_with_a_way_out) {
  for (const char* url : {"https://contoso.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d",
                          "https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d",
                          "https://Outlook.Office365.com/webhook/a"}) {
    const Configured exit("teams", "url: " + std::string(url));
    EXPECT_FALSE(exit.portal) << url;
    EXPECT_NE(exit.problems().find("open Workflows"), std::string::npos) << exit.problems();
  }
  EXPECT_TRUE(Configured("teams", "url: https://webhook.office.com.example.com/x").portal);
}

TEST(Teams, a_card_fits_whatever_the_event_holds) {
  const std::string link = "https://a.example/" + std::string(2000, 'x');
  for (const std::string piece : {"x", "\\\"", "\\n", "é", "😀", "\\u2028", "\\u0001", "<&>"}) {
    std::string big;
    for (std::size_t i = 0; i < kCardBytesMax; ++i) big += piece;
    std::string event = R"({"view_link":")" + link + R"(","ack_link":")" + link + '"';
    for (const char* name :
         {"message", "project", "service", "host", "status", "actor", "severity", "alert_state"})
      event += ",\"" + std::string(name) + "\":\"x" + big + '"';
    const std::string body = teams_body(kFlow, event + "}");
    EXPECT_LE(body.size(), kCardBytesMax) << piece;
    EXPECT_GE(body.size(), kCardBytesMax - 30) << piece;
    std::string error;
    EXPECT_TRUE(parse_json(body, &error)) << error;
    EXPECT_TRUE(text_in(body).ends_with("…")) << piece;
  }
}

TEST(Teams, many_facts_of_ones_own_leave_room_for_the_text) {
  std::string yaml = std::string(kFlow) + "\nfacts:\n";
  for (int i = 0; i < 300; ++i) yaml += "  Fact" + std::to_string(i) + ": '{{ event.message }}'\n";
  const std::string body = teams_body(yaml, "{\"message\":\"" + std::string(60'000, 'x') + "\"}");
  EXPECT_LE(body.size(), kCardBytesMax);
  EXPECT_GT(text_in(body).size(), kCardBytesMax / 3);
}

TEST(Teams, a_short_text_is_not_touched) {
  EXPECT_EQ(text_in(teams_body(kFlow, R"({"message":"two\nlines \"x\" **b**"})")),
            "two\nlines \"x\" **b**");
}

}  // namespace
}  // namespace tt::portals::test
