// Tests of portals/entry/alertmanager: one event an alert, whatever stands around it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kNotice[] = R"({"version":"4","status":"firing","receiver":"ops",
    "groupKey":"{}:{alertname=\"Down\"}","groupLabels":{"alertname":"Down"},
    "externalURL":"http://am.example/","truncatedAlerts":0,"alerts":[
    {"status":"firing","fingerprint":"00000000000000a1","labels":{"alertname":"Down",
     "instance":"web1:9100","severity":"critical"},"annotations":{"summary":"no answer"},
     "startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z",
     "generatorURL":"http://prom.example/graph?g0.expr=up"},
    {"status":"resolved","fingerprint":"00000000000000a2","labels":{"alertname":"Down",
     "instance":"web2:9100"},"annotations":{},"startsAt":"2025-12-31T23:00:00Z",
     "endsAt":"2025-12-31T23:30:00Z"}]})";

EntryEvents alertmanager_events(std::string body, DecodeContext context = {}) {
  const ConfiguredEntry entry("alertmanager", "");
  return decode_all(*entry.portal, {std::move(body), {}}, context);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  text.replace(text.find(what), what.size(), by);
  return text;
}

TEST(Alertmanager, each_alert_of_a_notification_is_an_event) {
  const EntryEvents all = alertmanager_events(kNotice);
  ASSERT_EQ(all.events.size(), 2u);
  const event::EventView first = all.events[0], second = all.events[1];
  EXPECT_EQ(first.text("kind"), "urn:alertmanager:alert:firing");
  EXPECT_EQ(first.text("message"), "Down on web1:9100: no answer");
  EXPECT_EQ(first.text("severity"), "critical");
  EXPECT_EQ(first.text("alert_key"), "00000000000000a1");
  EXPECT_EQ(first.text("alert_state"), "firing");
  EXPECT_EQ(first.text("timestamp"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(first.text("source"), "http://prom.example");
  EXPECT_EQ(first.text("receiver"), "ops");
  EXPECT_EQ(first.text("group_key"), "{}:{alertname=\"Down\"}");
  EXPECT_EQ(first.text("raw.labels.instance"), "web1:9100");
  EXPECT_EQ(second.text("kind"), "urn:alertmanager:alert:resolved");
  EXPECT_EQ(second.text("message"), "Down on web2:9100 is resolved");
  EXPECT_EQ(second.text("alert_key"), "00000000000000a2");
  EXPECT_EQ(second.text("timestamp"), "2025-12-31T23:30:00Z");
  EXPECT_EQ(second.text("source"), "http://am.example");
}

TEST(Alertmanager, what_fires_can_be_silenced_with_one_click) {
  const EntryEvents all = alertmanager_events(kNotice);
  EXPECT_EQ(all.events[0].text("ack_link"),
            "http://am.example/#/silences/new?filter=%7Balertname%3D%22Down%22%2C%20instance%3D%22"
            "web1%3A9100%22%2C%20severity%3D%22critical%22%7D");
  EXPECT_EQ(all.events[1].text("ack_link"), "");
  const auto quoted = alertmanager_events(replaced(kNotice, "web1:9100", R"(a\"b\\c)"));
  EXPECT_NE(quoted.events[0].text("ack_link").find("instance%3D%22a%5C%22b%5C%5Cc%22"),
            std::string::npos);
  const auto evil =
      alertmanager_events(replaced(kNotice, "http://am.example/", "javascript:alert(1)//"));
  EXPECT_EQ(evil.events[0].text("ack_link"), "");
}

TEST(Alertmanager, alerts_that_were_left_out_are_told) {
  const EntryEvents all =
      alertmanager_events(replaced(kNotice, "\"truncatedAlerts\":0", "\"truncatedAlerts\":1"));
  ASSERT_EQ(all.events.size(), 3u);
  EXPECT_EQ(all.events[2].text("kind"), "urn:alertmanager:alerts:truncated");
  EXPECT_EQ(all.events[2].text("message"),
            "Alertmanager left 1 more alert out of a notification (alertname=Down), beyond its "
            "limit");
  EXPECT_EQ(all.events[2].text("alert_key"), "");
}

TEST(Alertmanager, version_3_has_no_fingerprint_and_a_number_for_its_group) {
  const auto all = alertmanager_events(R"({"version":"3","groupKey":5615590933959184469,"alerts":[
      {"status":"firing","labels":{"alertname":"Toggle","cluster":"eu-1","replica":"a",
       "severity":"warning","team":"core"},"annotations":{}}]})");
  ASSERT_EQ(all.events.size(), 1u);
  EXPECT_EQ(all.events[0].text("alert_key"), "9ab8879fb638e090");
  EXPECT_EQ(all.events[0].text("group_key"), "5615590933959184469");
}

TEST(Alertmanager, a_body_without_alerts_is_an_event_that_says_so) {
  for (const char* body : {"", "hello", "{}", "[]", R"({"alerts":[]})", R"({"alerts":[{}]})",
                           R"({"alerts":"x"})", "{\"alerts\":[{\"labels\":"}) {
    const EntryEvents all = alertmanager_events(body);
    ASSERT_EQ(all.events.size(), 1u) << body;
    EXPECT_EQ(all.events[0].text("kind"), "urn:alertmanager:unknown") << body;
    EXPECT_TRUE(
        all.events[0].text("message").starts_with("Alertmanager sent a hook without alerts"));
  }
}

TEST(Alertmanager, hostile_labels_and_bytes_stay_text) {
  const EntryEvents all = alertmanager_events(
      "{\"alerts\":[{\"labels\":{\"alertname\":\"\xff\\u0007A\",\"instance\":\"\\ud800\","
      "\"n\":7,\"o\":{\"a\":1},\"severity\":[1]},\"annotations\":\"x\",\"startsAt\":\"yesterday\","
      "\"endsAt\":9,\"fingerprint\":{},\"generatorURL\":[]}]}");
  ASSERT_EQ(all.events.size(), 1u);
  EXPECT_TRUE(is_utf8(all.events[0].json));
  EXPECT_EQ(all.events[0].text("severity"), "warning");
  EXPECT_EQ(all.events[0].text("timestamp"), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(all.events[0].text("alert_key").size(), 16u);
}

TEST(Alertmanager, a_notification_of_many_alerts_keeps_each_whole) {
  std::string body = "{\"alerts\":[";
  for (int i = 0; i < 2000; ++i)
    body += std::string(i ? "," : "") + R"({"labels":{"alertname":"A","n":")" + std::to_string(i) +
            R"("},"annotations":{"description":")" + std::string(500, 'x') + "\"}}";
  const EntryEvents all = alertmanager_events(body + "]}");
  ASSERT_EQ(all.events.size(), 2000u);
  EXPECT_EQ(all.events[1999].text("raw.labels.n"), "1999");
  EXPECT_EQ(all.events[1999].find("truncated"), nullptr);
}

TEST(Alertmanager, a_long_label_or_address_costs_neither_time_nor_room) {
  std::string body = R"({"externalURL":"http://am.example/)" + std::string(8u << 20, 'u') +
                     R"(","alerts":[{"labels":{"alertname":"A","n":")";
  for (int i = 0; i < (4 << 20); ++i) body += "\\\"";
  body += "\"}}";
  for (int i = 0; i < 1000; ++i) body += R"(,{"labels":{"alertname":"A"}})";
  const EntryEvents all = alertmanager_events(body + "]}");
  ASSERT_EQ(all.events.size(), 1001u);
  EXPECT_EQ(all.events[0].text("ack_link"), "");
  EXPECT_EQ(all.events[1000].text("source"), "urn:alertmanager");
  EXPECT_LT(all.events[1000].json.size(), 1000u);
}

TEST(Alertmanager, the_answer_is_an_empty_200) {
  const ConfiguredEntry entry("alertmanager", "");
  const net::HttpAnswer answer = entry->answer({.accepted = 2, .ack = "disk"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

}  // namespace
}  // namespace tt::portals::test
