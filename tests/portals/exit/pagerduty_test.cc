// PagerDuty: what opens and closes an alert, what fits, and what its answers mean.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kPlainPagerduty = "{routing_key: 0123456789abcdef0123456789abcdef}";

/// The body for one event with these members beside its message.
Json pagerduty_body(std::string_view yaml, const std::string& members) {
  const Configured configured("pagerduty", yaml);
  EXPECT_TRUE(configured.portal) << configured.problems();
  if (!configured.portal) return nullptr;
  const Outgoing events("{\"message\":\"m\"" + (members.empty() ? "" : "," + members) + "}");
  const auto request = configured.portal->encode(events.one(0));
  EXPECT_TRUE(request.ok());
  EXPECT_LE(request->body.size(), 512'000u);
  return request.ok() ? parse_json(request->body) : nullptr;
}

TEST(Pagerduty, the_state_of_the_alert_decides_and_its_key_ties_them_together) {
  for (const auto& [members, action, key] :
       {std::tuple{R"("alert_state":"firing","alert_key":"k")", "trigger", "k"},
        std::tuple{R"("alert_state":"acknowledged","alert_key":"k")", "acknowledge", "k"},
        std::tuple{R"("alert_state":"resolved","alert_key":"k")", "resolve", "k"},
        std::tuple{R"("alert_key":"k")", "trigger", "k"},
        std::tuple{R"("alert_state":"pending")", "trigger", "7f3a-1"},
        std::tuple{R"("alert_state":"resolved","alert_key":" ")", "resolve", "7f3a-1"},
        std::tuple{"", "trigger", "7f3a-1"}}) {
    const Json body = pagerduty_body(kPlainPagerduty, members);
    ASSERT_TRUE(body) << members;
    EXPECT_EQ(text_at(*body, "event_action"), action) << members;
    EXPECT_EQ(text_at(*body, "dedup_key"), key) << members;
  }
}

TEST(Pagerduty, the_eight_severities_become_four) {
  for (const auto& [word, expected] :
       {std::pair{"debug", "info"}, std::pair{"info", "info"}, std::pair{"notice", "info"},
        std::pair{"WARN", "warning"}, std::pair{"err", "error"}, std::pair{"critical", "critical"},
        std::pair{"alert", "critical"}, std::pair{"emergency", "critical"}, std::pair{"", "error"},
        std::pair{"purple", "error"}}) {
    const Json body = pagerduty_body(kPlainPagerduty, std::string("\"severity\":\"") + word + "\"");
    ASSERT_TRUE(body);
    EXPECT_EQ(text_at(*body, "payload.severity"), expected) << word;
  }
}

TEST(Pagerduty, something_is_always_in_trouble) {
  for (const auto& [members, source] :
       {std::pair{R"("host":"h","source":"s","service":"v","project":"p")", "h"},
        std::pair{R"("host":" ","source":"s","service":"v")", "s"},
        std::pair{R"("service":"v","project":"p")", "v"}, std::pair{R"("project":"p")", "p"},
        std::pair{"", "events"}}) {
    const Json body = pagerduty_body(kPlainPagerduty, members);
    ASSERT_TRUE(body);
    EXPECT_EQ(text_at(*body, "payload.source"), source) << members;
  }
}

TEST(Pagerduty, a_source_that_says_nothing_is_none) {
  const Json body =
      pagerduty_body("{routing_key: k3y0, source: '{{ event.host }} '}", R"("project":"p")");
  ASSERT_TRUE(body);
  EXPECT_EQ(text_at(*body, "payload.source"), "p");
}

TEST(Pagerduty, what_is_said_elsewhere_is_not_said_again) {
  const Json body = pagerduty_body(
      kPlainPagerduty,
      R"("kind":"urn:x","severity":"alert","host":"h","view_link":"javascript:alert",)"
      R"("alert_key":"k","alert_state":"firing","count":3,"raw.id":7)");
  ASSERT_TRUE(body);
  EXPECT_EQ(json_text(*find_at(*body, "payload.custom_details")),
            R"({"severity":"alert","view_link":"javascript:alert","count":3,"raw.id":7})");
  EXPECT_FALSE(find_at(*body, "links"));
  const Json bare = pagerduty_body(kPlainPagerduty, "");
  ASSERT_TRUE(bare);
  EXPECT_FALSE(find_at(*bare, "payload.custom_details"));
}

TEST(Pagerduty, a_long_message_is_cut_in_the_title_and_whole_in_the_details) {
  const std::string text(2000, 'x');
  const Outgoing events("{\"message\":" + json_string(text) + "}");
  const Configured configured("pagerduty", kPlainPagerduty);
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto request = configured.portal->encode(events.one(0));
  ASSERT_TRUE(request.ok());
  const Json body = parse_json(request->body);
  ASSERT_TRUE(body);
  EXPECT_EQ(count_runes(text_at(*body, "payload.summary")), 1024u);
  EXPECT_TRUE(text_at(*body, "payload.summary").ends_with("…"));
  EXPECT_EQ(text_at(*body, "payload.custom_details.message"), text);
}

TEST(Pagerduty, details_give_way_before_the_page_does) {
  const std::string half = json_string(std::string(300'000, 'x'));
  const Json raw_gone =
      pagerduty_body(kPlainPagerduty, "\"count\":3,\"raw.a\":" + half + ",\"raw.b\":" + half);
  ASSERT_TRUE(raw_gone);
  EXPECT_EQ(json_text(*find_at(*raw_gone, "payload.custom_details")), R"({"count":3})");
  const Json all_gone =
      pagerduty_body(kPlainPagerduty, "\"count\":3,\"a\":" + half + ",\"b\":" + half);
  ASSERT_TRUE(all_gone);
  EXPECT_NE(text_at(*all_gone, "payload.custom_details.truncated").find("7f3a-1"),
            std::string_view::npos);
  const std::string own = "{routing_key: k3y0, details: {a: '{{ event.a }}', b: '{{ event.a }}'}}";
  const Json own_gone = pagerduty_body(own, "\"a\":" + half);
  ASSERT_TRUE(own_gone);
  EXPECT_TRUE(find_at(*own_gone, "payload.custom_details.truncated"));
}

TEST(Pagerduty, long_keys_stay_apart) {
  const std::string start(300, 'k');
  const Json one = pagerduty_body(kPlainPagerduty, "\"alert_key\":\"" + start + "1\"");
  const Json two = pagerduty_body(kPlainPagerduty, "\"alert_key\":\"" + start + "2\"");
  ASSERT_TRUE(one && two);
  EXPECT_LE(text_at(*one, "dedup_key").size(), 255u);
  EXPECT_NE(text_at(*one, "dedup_key"), text_at(*two, "dedup_key"));
}

TEST(Pagerduty, the_key_travels_in_the_body_and_is_shown_nowhere) {
  const Configured configured("pagerduty", "routing_key: 0123456789abcdef");
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto request = configured.portal->encode(Outgoing(R"({"message":"m"})").one(0));
  ASSERT_TRUE(request.ok());
  TestSeams seams;
  const auto sender = configured.portal->connect(seams.seams());
  sender->send(*request, {.id = "7f3a-1", .now_ns = kNow}, [](const ExitAnswer&) {});
  const Json sent = parse_json(seams.client.requests.at(0).body), shown = parse_json(request->body);
  ASSERT_TRUE(sent && shown);
  EXPECT_EQ(text_at(*sent, "routing_key"), "0123456789abcdef");
  EXPECT_EQ(text_at(*shown, "routing_key"), "***");
  seams.client.cancel_all();
}

TEST(Pagerduty, a_change_wakes_nobody) {
  const Configured configured("pagerduty", "{routing_key: k3y0, send: changes, region: eu}");
  ASSERT_TRUE(configured.portal) << configured.problems();
  EXPECT_EQ(configured.portal->target(), "https://events.eu.pagerduty.com");
  const Outgoing events(R"({"message":"deployed","severity":"info","alert_state":"firing"})");
  const auto request = configured.portal->encode(events.one(0));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.masked(), "https://events.eu.pagerduty.com/v2/change/enqueue");
  const Json body = parse_json(request->body);
  ASSERT_TRUE(body);
  for (const char* name : {"event_action", "dedup_key", "payload.severity"})
    EXPECT_FALSE(find_at(*body, name)) << name;
}

TEST(Pagerduty, event_data_stays_in_its_place) {
  const Json body = pagerduty_body(
      kPlainPagerduty, R"("host":"h\"},\"event_action\":\"resolve\",\"x\":{\"","a\"b\\":"\u0000")");
  ASSERT_TRUE(body);
  EXPECT_EQ(text_at(*body, "event_action"), "trigger");
  EXPECT_EQ(text_at(*body, "payload.source"), R"(h"},"event_action":"resolve","x":{")");
}

TEST(Pagerduty, answers_mean_what_its_documentation_says) {
  const Configured configured("pagerduty", kPlainPagerduty);
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto judge = [&](ExitAnswer answer) {
    return configured.portal->judge(answer, 1, kNow).front();
  };
  const Verdict accepted =
      judge({.status = 202,
             .body = R"({"status":"success","message":"Event processed","dedup_key":"disk:db1"})"});
  EXPECT_EQ(accepted.kind, VerdictKind::kDelivered);
  EXPECT_EQ(accepted.reference, "disk:db1");
  const Verdict invalid =
      judge({.status = 400,
             .body = R"({"status":"invalid event","message":"Event object is invalid",)"
                     R"("errors":["'payload.source' is missing or blank","'x'\nis wrong"]})"});
  EXPECT_EQ(invalid.kind, VerdictKind::kRejected);
  EXPECT_EQ(invalid.text,
            "HTTP 400 Bad Request: Event object is invalid: 'payload.source' is missing or blank, "
            "'x' is wrong");
  for (const char* error : {"Invalid routing key", "Length of 'routing_key' is incorrect"})
    EXPECT_EQ(judge({.status = 400,
                     .body = std::string(R"({"message":"Event object is invalid","errors":[")") +
                             error + "\"]}"})
                  .kind,
              VerdictKind::kMisconfigured)
        << error;
  EXPECT_EQ(judge({.status = 400, .body = "bad"}).kind, VerdictKind::kRejected);
  EXPECT_EQ(judge({.status = 200, .body = "<html>log in</html>"}).kind,
            VerdictKind::kMisconfigured);
  EXPECT_EQ(judge({.status = 403}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(judge({.status = 404}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(judge({.status = 413}).kind, VerdictKind::kRejected);
  EXPECT_EQ(judge({.status = 500}).kind, VerdictKind::kRetry);
  EXPECT_EQ(judge({.status = 503}).kind, VerdictKind::kRetry);
  EXPECT_EQ(judge({.status = 429, .headers = {{"Retry-After", "90"}}}).retry_after_ns,
            90 * kNsPerSec);
  EXPECT_EQ(judge({.status = 429}).kind, VerdictKind::kRetry);
}

TEST(Pagerduty, bodies_have_the_shape_of_its_own_examples) {
  const std::string folder = "04-alerting/open/pagerduty-events-v2/pd-docs.";
  const Json alert = shared_json(folder + "alert-2.json");
  const Json change = shared_json(folder + "change-0.json");
  if (!alert || !change) GTEST_SKIP() << "no shared payloads here";
  const Json resolved =
      pagerduty_body(kPlainPagerduty, R"("alert_state":"resolved","alert_key":"dedupkeyhere")");
  ASSERT_TRUE(resolved);
  expect_alike(*resolved, *alert, {"routing_key"});
  for (const char* name : {"dedup_key", "event_action"})
    EXPECT_EQ(text_at(*resolved, name), text_at(*alert, name));
  const Json changed = pagerduty_body(
      "{routing_key: 0123456789abcdef0123456789abcdef, send: changes}",
      R"("timestamp":"2020-07-17T08:42:58.315Z","source":"s","x":"1","view_link":"https://x.example")");
  ASSERT_TRUE(changed);
  expect_alike(*changed, *change,
               {"routing_key", "payload", "payload.summary", "payload.timestamp", "payload.source",
                "payload.custom_details", "links", "links.0.href", "links.0.text"});
}

}  // namespace
}  // namespace tt::portals::test
