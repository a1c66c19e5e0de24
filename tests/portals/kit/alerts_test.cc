// Tests of portals/kit/alerts.h: the identity, the state and the sentence of an alert.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/alerts.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "portals/kit/json.h"
#include "portals/kit/moments.h"

namespace tt::portals {
namespace {

boost::json::value alert(std::string_view text) {
  const auto parsed = parse_json(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : boost::json::value();
}

class Told {
 public:
  explicit Told(std::string_view text, AlertSender sender = {"prometheus", "Prometheus", ""})
      : event_(alert_event(alert(text), sender, kArrival)) {}
  std::string operator[](std::string_view name) const {
    for (const HookEvent::Part& part : event_.parts())
      if (part.name == name) return part.value;
    return "";
  }

 private:
  HookEvent event_;
};

TEST(AlertFingerprint, is_that_of_alertmanager) {
  // As Alertmanager 0.25.0 computed it on the wire.
  EXPECT_EQ(alert_fingerprint(alert(R"({"labels":{"team":"core","severity":"warning",
                "replica":"a","cluster":"eu-1","alertname":"Toggle"}})")),
            "9ab8879fb638e090");
}

TEST(AlertFingerprint, knows_no_order_and_no_empty_values_but_every_byte) {
  const auto of = [](std::string_view text) { return alert_fingerprint(alert(text)); };
  EXPECT_EQ(of(R"({"labels":{"a":"1","b":"2"}})"), of(R"({"labels":{"b":"2","a":"1"}})"));
  EXPECT_EQ(of(R"({"labels":{"a":"1","b":""}})"), of(R"({"labels":{"a":"1"}})"));
  EXPECT_NE(of(R"({"labels":{"a":"1b2"}})"), of(R"({"labels":{"a":"1","b":"2"}})"));
  EXPECT_NE(of(R"({"labels":{"a":"ä"}})"), of(R"({"labels":{"a":"a"}})"));
  EXPECT_EQ(of(R"({"labels":{}})"), "");
  EXPECT_EQ(of(R"({"annotations":{"a":"1"}})"), "");
}

TEST(AlertState, is_what_the_status_says_else_what_the_end_says) {
  const auto is_over = [](std::string_view text) { return is_alert_over(alert(text), kArrival); };
  EXPECT_TRUE(is_over(R"({"status":"resolved","endsAt":"2030-01-01T00:00:00Z"})"));
  EXPECT_FALSE(is_over(R"({"status":"firing","endsAt":"2020-01-01T00:00:00Z"})"));
  EXPECT_TRUE(is_over(R"({"endsAt":"2025-12-31T23:59:59Z"})"));
  EXPECT_TRUE(is_over(R"({"endsAt":"2026-01-01T00:00:00Z"})"));
  EXPECT_FALSE(is_over(R"({"endsAt":"2026-01-01T00:00:01Z"})"));
  EXPECT_FALSE(is_over(R"({"endsAt":"0001-01-01T00:00:00Z"})"));
  EXPECT_FALSE(is_over(R"({"endsAt":"soon","status":{"state":"active"}})"));
  EXPECT_FALSE(is_over("{}"));
}

TEST(AlertSentence, says_each_thing_once) {
  EXPECT_EQ(alert_sentence("Down", "web1:9100", "no answer", false),
            "Down on web1:9100: no answer");
  EXPECT_EQ(alert_sentence("Down", "web1", "web1 is down", false), "Down: web1 is down");
  EXPECT_EQ(alert_sentence("Web1 down", "eu", "Web1 down since noon.", false),
            "Web1 down since noon on eu");
  EXPECT_EQ(alert_sentence("", "web1", "CPU is over 90%", false), "CPU is over 90% on web1");
  EXPECT_EQ(alert_sentence("Down", "web1", "", false), "Down on web1 is firing");
  EXPECT_EQ(alert_sentence("", "", "", false), "An alert is firing");
}

TEST(AlertSentence, of_what_is_over_says_so_first) {
  EXPECT_EQ(alert_sentence("Down", "web1", "no answer", true), "Resolved: Down on web1: no answer");
  EXPECT_EQ(alert_sentence("Down", "", "", true), "Down is resolved");
}

TEST(AlertPlaces, a_host_is_what_stands_between_scheme_and_port) {
  EXPECT_EQ(host_of("web1:9100"), "web1");
  EXPECT_EQ(host_of("web1"), "web1");
  EXPECT_EQ(host_of("https://u:p@example.org:8443/health?x=1"), "example.org");
  EXPECT_EQ(host_of("[2001:db8::1]:9100"), "2001:db8::1");
  EXPECT_EQ(host_of("[2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(host_of("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(host_of(""), "");
}

TEST(AlertPlaces, a_link_is_of_the_web_and_a_place_is_no_query) {
  EXPECT_EQ(web_link("https://x.example/?a"), "https://x.example/?a");
  EXPECT_EQ(web_link("javascript:alert(1)"), "");
  EXPECT_EQ(web_link("javascript://x.example/%0aalert(1)"), "");
  EXPECT_EQ(place_of("http://prom.example/graph?g0.expr=up"), "http://prom.example");
  EXPECT_EQ(place_of("http://grafana.example/alerting/1/edit?orgId=1#x"),
            "http://grafana.example/alerting/1/edit");
  EXPECT_EQ(place_of("mailto:a"), "");
}

TEST(AlertEvent, well_known_fields_come_from_the_usual_labels) {
  const Told event(R"({"labels":{"alertname":"Down","instance":"web1:9100","job":"node",
      "namespace":"shop","severity":"page"},"annotations":{"summary":"no answer\nfor 5 minutes",
      "description":"long story","runbook_url":"https://rb.example/down"},
      "startsAt":"2025-12-31T00:00:00Z","endsAt":"2026-01-01T00:04:00Z",
      "generatorURL":"http://prom.example/graph?g0.expr=up"})");
  EXPECT_EQ(event["kind"], "urn:prometheus:alert:firing");
  EXPECT_EQ(event["message"], "Down on web1:9100: no answer");
  EXPECT_EQ(event["severity"], "critical");
  EXPECT_EQ(event["host"], "web1");
  EXPECT_EQ(event["service"], "node");
  EXPECT_EQ(event["project"], "shop");
  EXPECT_EQ(event["alert_state"], "firing");
  EXPECT_EQ(event["alert_name"], "Down");
  EXPECT_EQ(event["description"], "long story");
  EXPECT_EQ(event["runbook_url"], "https://rb.example/down");
  EXPECT_EQ(event["timestamp"], "2025-12-31T00:00:00Z");
  EXPECT_EQ(event["source"], "http://prom.example");
  EXPECT_EQ(event["view_link"], "http://prom.example/graph?g0.expr=up");
}

TEST(AlertEvent, of_an_end_carries_the_time_of_the_end_and_the_same_severity_and_key) {
  constexpr char kBoth[] = R"("labels":{"alertname":"Down","severity":"error"},
      "startsAt":"2025-12-31T00:00:00Z","endsAt":"2025-12-31T01:00:00Z")";
  const Told firing(std::string("{\"status\":\"firing\",") + kBoth + "}");
  const Told over(std::string("{\"status\":\"resolved\",") + kBoth + "}");
  EXPECT_EQ(over["kind"], "urn:prometheus:alert:resolved");
  EXPECT_EQ(over["timestamp"], "2025-12-31T01:00:00Z");
  EXPECT_EQ(over["severity"], firing["severity"]);
  EXPECT_EQ(over["alert_key"], firing["alert_key"]);
  EXPECT_NE(over["alert_key"], "");
}

TEST(AlertEvent, severity_is_known_or_a_warning) {
  const auto severity = [](std::string_view labels) {
    return Told("{\"labels\":{" + std::string(labels) + "}}")["severity"];
  };
  EXPECT_EQ(severity(R"("severity":"CRIT")"), "critical");
  EXPECT_EQ(severity(R"("severity":"none")"), "info");
  EXPECT_EQ(severity(R"("severity":"ticket","level":"error")"), "error");
  EXPECT_EQ(severity(R"("severity":"ticket")"), "warning");
  EXPECT_EQ(severity(""), "warning");
}

TEST(AlertEvent, of_a_data_source_names_the_rule) {
  EXPECT_EQ(Told(R"({"labels":{"alertname":"DatasourceNoData","rulename":"CPU"}})")["message"],
            "No data for CPU is firing");
  EXPECT_EQ(Told(R"({"labels":{"alertname":"DatasourceNoData"}})")["message"],
            "DatasourceNoData is firing");
}

TEST(AlertEvent, without_a_url_the_source_is_the_sender) {
  EXPECT_EQ(Told(R"({"labels":{"a":"b"}})")["source"], "urn:prometheus");
  EXPECT_EQ(Told(R"({"labels":{"a":"b"}})", {"x", "X", "http://am.example/"})["source"],
            "http://am.example");
  EXPECT_EQ(Told(R"({"labels":{"a":"b"},"generatorURL":"javascript:1"})")["view_link"], "");
}

EntryEvents added_alerts(const boost::json::array& alerts, std::int64_t left_out) {
  EntryEvents out;
  add_alerts(alerts, {"x", "X", ""}, left_out, "alertname=Down", {.now_ns = kArrival}, {}, out,
             nullptr);
  return out;
}

TEST(AddAlerts, tells_what_was_left_out) {
  const boost::json::value list = alert(R"([{"labels":{"a":"b"}},7,{"labels":{"a":"c"}}])");
  EXPECT_EQ(added_alerts(*list.if_array(), 0).events.size(), 2u);
  const EntryEvents out = added_alerts(*list.if_array(), 3);
  ASSERT_EQ(out.events.size(), 3u);
  EXPECT_EQ(out.events[2].text("kind"), "urn:x:alerts:truncated");
  EXPECT_EQ(out.events[2].text("message"),
            "X left 3 more alerts out of a notification (alertname=Down), beyond its limit");
  EXPECT_EQ(added_alerts(*list.if_array(), -1).events.size(), 2u);
}

TEST(AddAlerts, has_a_limit_and_says_so) {
  boost::json::array alerts;
  for (int i = 0; i < 10'002; ++i) alerts.push_back(alert(R"({"labels":{"a":"b"}})"));
  const EntryEvents out = added_alerts(alerts, 0);
  ASSERT_EQ(out.events.size(), 10'001u);
  EXPECT_EQ(out.events[10'000].text("message"),
            "X left 2 more alerts out of a notification (alertname=Down), beyond its limit");
}

TEST(AlertsOf, finds_the_list_where_it_may_stand) {
  EXPECT_TRUE(alerts_of(alert(R"({"alerts":[{"labels":{}}]})")));
  EXPECT_TRUE(alerts_of(alert(R"([{"annotations":{}}])")));
  for (const char* none : {"{}", "[]", "[1]", R"({"alerts":{}})", R"({"alerts":[{}]})", "null"})
    EXPECT_FALSE(alerts_of(alert(none))) << none;
}

TEST(LabelsInWords, are_a_few_of_them) {
  EXPECT_EQ(labels_in_words(alert(R"({"g":{"a":"1","b":2}})"), "g"), "a=1, b=2");
  EXPECT_EQ(labels_in_words(alert("{}"), "g"), "");
}

}  // namespace
}  // namespace tt::portals
