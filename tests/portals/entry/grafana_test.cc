// Tests of portals/entry/grafana: contact points, their templates, and the channels of old
// versions.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/digest.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

OneEvent grafana_event(std::string body) {
  const ConfiguredEntry grafana("grafana", "");
  return OneEvent(*grafana.portal, {std::move(body), {}});
}

/// The rest of one alert of a contact point.
std::string unified(std::string_view alert) {
  return R"({"receiver":"hook","status":"firing","orgId":1,"version":"1","groupKey":"{}:{}",
      "externalURL":"https://grafana.example/","title":"[FIRING:1] CPU","state":"alerting",
      "message":"**Firing**","truncatedAlerts":0,"alerts":[{"fingerprint":"c6eadffa33fcdf37",
      "startsAt":"2025-12-31T09:51:03.157076+02:00","endsAt":"0001-01-01T00:00:00Z",)" +
         std::string(alert) + "}]}";
}

TEST(Grafana, an_alert_links_to_its_panel_and_to_its_silence) {
  const auto event = grafana_event(unified(R"("status":"firing","labels":{"alertname":"High CPU",
      "grafana_folder":"Shop","instance":"web1"},"annotations":{"summary":"CPU is at 97%"},
      "generatorURL":"https://grafana.example/alerting/1/edit?orgId=1",
      "silenceURL":"https://grafana.example/alerting/silence/new?matchers=a",
      "dashboardURL":"https://grafana.example/d/1","panelURL":"https://grafana.example/d/1?p=2",
      "values":{"B":44.23943737541908,"C":1})"));
  EXPECT_EQ(event["kind"], "urn:grafana:alert:firing");
  EXPECT_EQ(event["message"], "High CPU on web1: CPU is at 97%");
  EXPECT_EQ(event["view_link"], "https://grafana.example/d/1?p=2");
  EXPECT_EQ(event["ack_link"], "https://grafana.example/alerting/silence/new?matchers=a");
  EXPECT_EQ(event["source"], "https://grafana.example/alerting/1/edit");
  EXPECT_EQ(event["project"], "Shop");
  EXPECT_EQ(event["alert_key"], "c6eadffa33fcdf37");
  EXPECT_EQ(event["timestamp"], "2025-12-31T09:51:03.157076+02:00");
  EXPECT_EQ(event["raw.values.B"], "44.23943737541908");
}

TEST(Grafana, without_a_panel_the_rule_is_the_view_and_what_is_over_needs_no_silence) {
  const auto event = grafana_event(unified(R"("status":"resolved","labels":{"alertname":"High CPU"},
      "generatorURL":"https://grafana.example/alerting/1/edit","dashboardURL":"","panelURL":"",
      "silenceURL":"https://grafana.example/alerting/silence/new")"));
  EXPECT_EQ(event["kind"], "urn:grafana:alert:resolved");
  EXPECT_EQ(event["message"], "High CPU is resolved");
  EXPECT_EQ(event["view_link"], "https://grafana.example/alerting/1/edit");
  EXPECT_EQ(event["ack_link"], "");
}

TEST(Grafana, a_rule_without_data_is_called_by_its_name) {
  const auto event = grafana_event(unified(
      R"("status":"firing","labels":{"alertname":"DatasourceNoData","rulename":"High CPU"})"));
  EXPECT_EQ(event["message"], "No data for High CPU is firing");
}

struct GrafanaRow {
  const char* name;
  const char* body;
  const char* kind;
  const char* message;
  const char* state;
};

class GrafanaNotice : public testing::TestWithParam<GrafanaRow> {};

TEST_P(GrafanaNotice, reads_well) {
  const auto event = grafana_event(GetParam().body);
  EXPECT_EQ(event["kind"], GetParam().kind);
  EXPECT_EQ(event["message"], GetParam().message);
  EXPECT_EQ(event["alert_state"], GetParam().state);
}

constexpr GrafanaRow kGrafanaRows[] = {
    {"channel_alerting",
     R"({"ruleId":7,"ruleName":"CPU","state":"alerting","title":"[Alerting] CPU","message":"boom",
         "evalMatches":[{"value":97.007606,"metric":"user","tags":{"instance":"web1:9100"}}]})",
     "urn:grafana:alert:firing", "CPU on web1:9100: boom (user 97.0076)", "firing"},
    {"channel_many_matches",
     R"({"ruleName":"CPU","state":"alerting","evalMatches":[{"value":1,"metric":"a","tags":null},
         {"value":2,"metric":"b"},{"value":null,"metric":"c"},{"value":4,"metric":"d"}]})",
     "urn:grafana:alert:firing", "CPU: a 1, b 2 and 1 more", "firing"},
    {"channel_ok",
     R"({"ruleId":7,"ruleName":"CPU","state":"ok","message":"boom","evalMatches":[]})",
     "urn:grafana:alert:resolved", "Resolved: CPU: boom", "resolved"},
    {"channel_no_data", R"({"ruleId":7,"ruleName":"CPU","state":"no_data"})",
     "urn:grafana:alert:no_data", "CPU has no data", "firing"},
    {"channel_paused", R"({"ruleId":7,"title":"[Paused] CPU","state":"paused","message":"m"})",
     "urn:grafana:alert:paused", "CPU is paused: m", ""},
    {"channel_unknown_state", R"({"ruleId":7,"ruleName":"CPU","state":"dizzy"})",
     "urn:grafana:alert", "CPU is firing", ""},
    {"template_with_state",
     R"({"title":"[FIRING:1] CPU of web1","state":"alerting","message":"hot"})",
     "urn:grafana:alert:firing", "CPU of web1: hot", "firing"},
    {"template_resolved", R"({"status":"resolved","title":"CPU"})", "urn:grafana:alert:resolved",
     "CPU is resolved", "resolved"},
    {"template_text_only", R"({"text":"disk is full\nmore","channel":"#ops"})",
     "urn:grafana:notification", "disk is full", ""},
    {"template_title_only", R"({"title":"Disk is full"})", "urn:grafana:notification",
     "Disk is full", ""},
    {"template_says_nothing", R"({"a":{"b":1}})", "urn:grafana:notification",
     "Grafana sent a notification: {\"a\":{\"b\":1}}", ""},
    {"template_of_one_alert",
     R"({"labels":{"alertname":"CPU"},"annotations":{"summary":"hot"},"status":"firing"})",
     "urn:grafana:alert:firing", "CPU: hot", "firing"},
    {"template_list", R"([{"labels":{"alertname":"CPU"},"status":"resolved"}])",
     "urn:grafana:alert:resolved", "CPU is resolved", "resolved"},
    {"no_json", "CPU is hot", "urn:grafana:unknown",
     "Grafana sent a hook that is no JSON object: CPU is hot", ""},
};

INSTANTIATE_TEST_SUITE_P(Bodies, GrafanaNotice, testing::ValuesIn(kGrafanaRows),
                         row_name<GrafanaRow>);

TEST(Grafana, a_channel_has_one_key_a_rule_and_the_same_severity_when_over) {
  constexpr char kRule[] = R"("ruleId":7,"tags":{"severity":"critical"},
      "ruleUrl":"https://grafana.example/d/1?panelId=1"})";
  const auto firing = grafana_event(std::string(R"({"state":"alerting",)") + kRule);
  const auto over = grafana_event(std::string(R"({"state":"ok",)") + kRule);
  EXPECT_EQ(firing["alert_key"], "grafana:grafana.example:rule:7");
  EXPECT_EQ(firing["alert_key"], over["alert_key"]);
  EXPECT_EQ(firing["severity"], "critical");
  EXPECT_EQ(over["severity"], "critical");
  EXPECT_EQ(firing["view_link"], "https://grafana.example/d/1?panelId=1");
  EXPECT_EQ(firing["source"], "https://grafana.example/d/1");
}

TEST(Grafana, links_of_a_template_must_be_links) {
  const auto event = grafana_event(R"({"title":"t","url":"javascript:alert","silenceURL":"x"})");
  EXPECT_EQ(event["view_link"], "");
  EXPECT_EQ(event["ack_link"], "");
}

TEST(Grafana, a_signed_body_is_known) {
  const ConfiguredEntry grafana("grafana", "verify: {scheme: grafana, secret: sesame}\n");
  const std::string body = "{\"title\":\"t\"}";
  const std::string good = hex(as_text(hmac_sha256("sesame", body)));
  EXPECT_TRUE(grafana->verify(Sent{body, {{"X-Grafana-Alerting-Signature", good}}}.request()));
  EXPECT_FALSE(grafana->verify(Sent{"{}", {{"X-Grafana-Alerting-Signature", good}}}.request()));
  EXPECT_FALSE(grafana->verify(Sent{body, {}}.request()));
}

}  // namespace
}  // namespace tt::portals::test
