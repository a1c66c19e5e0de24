// Alertmanager: labels that identify, ends that close, batches that survive a bad alert.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <boost/json.hpp>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kPlainAlertmanager = "url: http://am.example.com:9093";

Json alerts_of(std::string_view yaml, std::string_view ndjson) {
  const Configured configured("alertmanager", yaml);
  EXPECT_TRUE(configured.portal) << configured.problems();
  if (!configured.portal) return nullptr;
  EXPECT_TRUE(configured.portal->batches());
  const auto request = configured.portal->encode(Outgoing(ndjson).all());
  EXPECT_TRUE(request.ok());
  return request.ok() ? parse_json(request->body) : nullptr;
}

std::string labels_of(std::string_view yaml, std::string_view event) {
  const Json alerts = alerts_of(yaml, event);
  const auto* labels = alerts ? find_at(*alerts, "0.labels") : nullptr;
  return labels ? json_text(*labels) : "none";
}

TEST(Alertmanager, an_alert_has_the_same_labels_when_it_is_resolved) {
  const auto event = [](std::string state) {
    return R"({"message":")" + state + R"( now","kind":"urn:x:alert:)" + state +
           R"(","severity":"crit","host":"db1","service":"mysql","project":"shop","alert_key":"k",)"
           R"("alert_state":")" +
           state + "\"}";
  };
  const std::string firing = labels_of(kPlainAlertmanager, event("firing"));
  EXPECT_EQ(firing, R"({"alertname":"urn:x:alert","severity":"critical","instance":"db1",)"
                    R"("service":"mysql","project":"shop","alert_key":"k"})");
  EXPECT_EQ(labels_of(kPlainAlertmanager, event("acknowledged")), firing);
  EXPECT_EQ(labels_of(kPlainAlertmanager, event("resolved")), firing);
}

TEST(Alertmanager, an_event_that_says_little_still_has_a_name) {
  EXPECT_EQ(labels_of(kPlainAlertmanager, R"({"message":"m"})"), R"({"alertname":"unknown"})");
  EXPECT_EQ(labels_of("{url: http://a, labels: {alertname: ' {{ event.host }} '}}",
                      R"({"message":"m","kind":"urn:x"})"),
            R"({"alertname":"urn:x"})");
}

TEST(Alertmanager, names_of_labels_are_made_of_what_names_may_be_made_of) {
  const Json alerts = alerts_of(
      "{url: http://a, label_fields: ['raw.*', count, none], labels: {'1 é-b': x, '': y}}",
      R"({"message":"m","raw.a b":"1","raw.":"2","raw.\u00e9":"3","raw.7":"4","count":5,)"
      R"("raw.null":null,"raw.list":[1],"raw.\"},{\"":"6"})");
  ASSERT_TRUE(alerts);
  const boost::json::object* labels = map_at(*alerts, "0.labels");
  ASSERT_TRUE(labels);
  EXPECT_GE(labels->size(), 8u);
  for (const auto& [name, value] : *labels) {
    EXPECT_TRUE(RE2::FullMatch(std::string(name), "[a-zA-Z_][a-zA-Z0-9_]*")) << std::string(name);
    EXPECT_TRUE(value.is_string()) << std::string(name);
  }
  EXPECT_EQ(text_at(*alerts, "0.labels._7"), "4");
  EXPECT_EQ(text_at(*alerts, "0.labels.count"), "5");
  EXPECT_EQ(text_at(*alerts, "0.labels.list"), "[1]");
  EXPECT_FALSE(find_at(*alerts, "0.labels.null"));
}

TEST(Alertmanager, what_comes_later_replaces_and_an_empty_value_takes_away) {
  EXPECT_EQ(labels_of("{url: http://a, label_fields: [severity, 'raw.*'], "
                      "labels: {severity: page, project: ''}}",
                      R"({"message":"m","kind":"urn:x","severity":"info","project":"p",)"
                      R"("raw.alertname":"DiskFull"})"),
            R"({"alertname":"DiskFull","severity":"page"})");
}

struct Times {
  std::string starts, ends;
};
Times times_of(std::string_view yaml, const std::string& timestamp, const std::string& state) {
  const Json alerts = alerts_of(
      yaml, R"({"message":"m","timestamp":")" + timestamp + R"(","alert_state":")" + state + "\"}");
  if (!alerts) return {};
  return {std::string(text_at(*alerts, "0.startsAt")), std::string(text_at(*alerts, "0.endsAt"))};
}

TEST(Alertmanager, a_firing_alert_outlives_the_silence_of_its_sender) {
  const std::string noon = "2025-12-31T12:00:00Z";
  EXPECT_EQ(times_of(kPlainAlertmanager, noon, "firing").starts, noon);
  EXPECT_EQ(times_of(kPlainAlertmanager, noon, "firing").ends, "2026-01-01T12:00:00Z");
  EXPECT_EQ(times_of(kPlainAlertmanager, noon, "acknowledged").ends, "2026-01-01T12:00:00Z");
  EXPECT_EQ(times_of("{url: http://a, lifetime: 1h}", noon, "firing").ends, "2025-12-31T13:00:00Z");
  EXPECT_EQ(times_of("{url: http://a, lifetime: 0s}", noon, "firing").ends, "");
  EXPECT_EQ(times_of(kPlainAlertmanager, noon, "").ends, "") << "nobody will ever resolve it";
  EXPECT_NE(times_of(kPlainAlertmanager, "2262-04-11T23:00:00Z", "firing").ends, "");
}

TEST(Alertmanager, a_resolution_ends_in_the_past_of_whatever_clock) {
  EXPECT_EQ(times_of(kPlainAlertmanager, "2025-12-31T12:00:00Z", "resolved").ends,
            "2025-12-31T12:00:00Z");
  // Of a sender whose clock is ahead; it came at midnight.
  const Times ahead = times_of(kPlainAlertmanager, "2026-01-01T00:05:00Z", "resolved");
  EXPECT_EQ(ahead.ends, "2025-12-31T23:59:50Z");
  EXPECT_EQ(ahead.starts, ahead.ends);
}

TEST(Alertmanager, only_links_that_it_can_read_are_passed_on) {
  for (const auto& [link, is_kept] :
       {std::pair{"https://a.example/x?y=%20#z", true}, std::pair{"https://a.example/%zz", false},
        std::pair{"javascript:alert(1)", false}, std::pair{"https://a:b:c/", false},
        std::pair{"https://a.example#z", false}, std::pair{"https://[::1]/", true},
        std::pair{"", false}}) {
    const Json alerts = alerts_of(kPlainAlertmanager,
                                  std::string(R"({"message":"m","view_link":")") + link + "\"}");
    ASSERT_TRUE(alerts);
    EXPECT_EQ(find_at(*alerts, "0.generatorURL") != nullptr, is_kept) << link;
  }
}

TEST(Alertmanager, events_of_a_batch_become_alerts_in_their_order) {
  const Json alerts =
      alerts_of(kPlainAlertmanager, "{\"message\":\"one\\ntwo\"}\n{\"message\":\"three\"}\n");
  ASSERT_TRUE(alerts);
  ASSERT_EQ(list_at(*alerts, "")->size(), 2u);
  EXPECT_EQ(text_at(*alerts, "0.annotations.summary"), "one");
  EXPECT_EQ(text_at(*alerts, "0.annotations.description"), "one\ntwo");
  EXPECT_EQ(text_at(*alerts, "1.annotations.summary"), "three");
}

TEST(Alertmanager, answers) {
  const Configured configured("alertmanager", kPlainAlertmanager);
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto kind = [&](int status, std::string body) {
    return configured.portal->judge({.status = status, .body = std::move(body)}, 3, kNow)
        .front()
        .kind;
  };
  EXPECT_EQ(kind(200, ""), VerdictKind::kDelivered);
  EXPECT_EQ(kind(200, "<html>log in</html>"), VerdictKind::kMisconfigured);
  EXPECT_EQ(kind(400, "\"invalid label set\""), VerdictKind::kRejected);
  EXPECT_EQ(kind(422, R"({"code":601,"message":"generatorURL in body must be of type uri"})"),
            VerdictKind::kRejected);
  EXPECT_EQ(kind(404, ""), VerdictKind::kMisconfigured);
  EXPECT_EQ(kind(503, ""), VerdictKind::kRetry);
}

TEST(Alertmanager, alerts_have_the_shape_of_prometheus_own) {
  const Json capture =
      shared_json("04-alerting/open/prometheus-v2-alert-post/live-prometheus-2.42.03.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  const Configured exit("alertmanager", kPlainAlertmanager);
  ASSERT_TRUE(exit.portal) << exit.problems();
  const auto request = exit.portal->encode(
      Outgoing(
          R"({"message":"m","kind":"urn:x","alert_key":"k","alert_state":"firing","severity":"warning","view_link":"https://x.example"})")
          .all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, text_at(*capture, "_http.method"));
  EXPECT_TRUE(request->url.reveal().ends_with(text_at(*capture, "_http.target")));
  EXPECT_EQ(request->headers.at(0).second.reveal(), text_at(*capture, "_http.headers.3.1"));
  const auto ours = parse_json(request->body);
  ASSERT_TRUE(ours);
  expect_alike(*ours, *find_at(*capture, "body"),
               {"0", "0.labels", "0.labels.alertname", "0.labels.severity", "0.annotations",
                "0.annotations.summary", "0.startsAt", "0.endsAt", "0.generatorURL"});
}

TEST(Alertmanager, an_alert_that_has_a_name_keeps_it) {
  for (const char* state : {"firing", "resolved"})
    EXPECT_EQ(
        labels_of(kPlainAlertmanager,
                  R"({"message":"m","kind":"urn:prometheus:alert:)" + std::string(state) +
                      R"(","alert_name":"Toggle","alert_key":"k","alert_state":")" + state + "\"}"),
        R"({"alertname":"Toggle","alert_key":"k"})");
  EXPECT_EQ(labels_of(kPlainAlertmanager, R"({"message":"m","kind":"urn:x","alert_name":" "})"),
            R"({"alertname":"urn:x"})");
}

}  // namespace
}  // namespace tt::portals::test
