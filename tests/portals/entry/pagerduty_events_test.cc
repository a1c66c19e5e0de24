// Tests of portals/entry/pagerduty: the Events API as its clients know it.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/pagerduty_fixture.h"

namespace tt::portals::test {
namespace {

class PagerdutyEvents : public testing::Test {
 protected:
  PagerdutyOutcome send(std::string_view body, std::string_view path = kPagerdutyEnqueue) const {
    return post_pagerduty(portal_, path, body);
  }
  /// The errors of a refusal.
  std::string errors(std::string_view body, std::string_view path = kPagerdutyEnqueue) const {
    const PagerdutyOutcome outcome = send(body, path);
    EXPECT_TRUE(outcome.refusal && outcome.refusal->status == 400);
    if (!outcome.refusal) return "";
    const auto json = parse_json(outcome.refusal->body);
    EXPECT_EQ(text_at(*json, "status"), "invalid event");
    EXPECT_EQ(text_at(*json, "message"), "Event object is invalid");
    return json_text(*find_at(*json, "errors"));
  }
  ConfiguredEntry portal_{"pagerduty", ""};
};

TEST_F(PagerdutyEvents, a_trigger_is_a_firing_alert) {
  const PagerdutyOutcome alert = send(kPagerdutyTrigger);
  EXPECT_EQ(alert["kind"], "urn:pagerduty:alert:triggered");
  EXPECT_EQ(alert["message"], "Disk of host1 is full");
  EXPECT_EQ(alert["severity"], "critical");
  EXPECT_EQ(alert["alert_key"], "srv01/HTTP");
  EXPECT_EQ(alert["alert_state"], "firing");
  EXPECT_EQ(alert["status"], "triggered");
  EXPECT_EQ(alert["source"], "host1.example.com");
  EXPECT_EQ(alert["host"], "host1.example.com");
  EXPECT_EQ(alert["service"], "postgres");
  EXPECT_EQ(alert["component"], "postgres");
  EXPECT_EQ(alert["group"], "prod-datapipe");
  EXPECT_EQ(alert["class"], "disk");
  EXPECT_EQ(alert["client"], "Watcher");
  EXPECT_EQ(alert["view_link"], "https://run.example/disk");
  EXPECT_EQ(alert["timestamp"], "2015-07-17T08:42:58.315+00:00");
  EXPECT_EQ(alert["raw.payload.custom_details.load avg"], "0.750");
  EXPECT_EQ(alert["raw.images.0.src"], "https://img.example/1.png");
  EXPECT_EQ(alert.events.idempotency_key, "") << "telling an alert again is a new event";
  EXPECT_EQ(alert.answer(),
            R"(202 {"status":"success","message":"Event processed","dedup_key":"srv01/HTTP"})");
}

TEST_F(PagerdutyEvents, the_routing_key_is_not_kept) {
  const std::string body =
      R"({"routing_key":"key-one","routing\u005fkey":"key-one","event_action":"trigger",)"
      R"("payload":{"summary":"s","source":"h","severity":"info"},"service_key":"key-one"})";
  for (const char* path : {kPagerdutyEnqueue, kPagerdutyChange}) {
    const PagerdutyOutcome outcome = send(body, path);
    ASSERT_FALSE(outcome.refusal) << path;
    const std::string json(outcome.events.events[0].json);
    EXPECT_EQ(json.find("key-one"), std::string::npos) << json;
  }
}

TEST_F(PagerdutyEvents, acknowledge_and_resolve_end_what_trigger_began) {
  const PagerdutyOutcome acknowledged =
      send(R"({"routing_key":"k","dedup_key":"srv01/HTTP","event_action":"acknowledge"})");
  EXPECT_EQ(acknowledged["kind"], "urn:pagerduty:alert:acknowledged");
  EXPECT_EQ(acknowledged["message"], "Alert srv01/HTTP was acknowledged");
  EXPECT_EQ(acknowledged["alert_state"], "acknowledged");
  EXPECT_EQ(acknowledged["severity"], "info");
  const PagerdutyOutcome resolved =
      send(R"({"dedup_key":"srv01/HTTP","event_action":"resolve","payload":)"
           R"({"summary":"Disk is full","severity":"critical","source":"h"}})");
  EXPECT_EQ(resolved["kind"], "urn:pagerduty:alert:resolved");
  EXPECT_EQ(resolved["message"], "Resolved: Disk is full");
  EXPECT_EQ(resolved["alert_state"], "resolved");
  EXPECT_EQ(resolved["alert_key"], "srv01/HTTP");
  EXPECT_EQ(resolved["severity"], "critical") << "so that rules by severity let the end through";
  EXPECT_EQ(send(R"({"dedup_key":"k","event_action":"resolve","payload":)"
                 R"({"summary":"[RESOLVED] Disk is full"}})")["message"],
            "[RESOLVED] Disk is full");
}

TEST_F(PagerdutyEvents, an_alert_without_a_key_gets_that_of_its_body) {
  const auto body = [](std::string key, std::string summary) {
    return "{\"routing_key\":\"" + key +
           "\",\"event_action\":\"trigger\",\"payload\":{\"summary\":\"" + summary +
           "\",\"source\":\"s\",\"severity\":\"error\"}}";
  };
  const PagerdutyOutcome one = send(body("k", "a"));
  EXPECT_EQ(one["alert_key"].size(), 32u);
  EXPECT_EQ(one["alert_key"],
            hex(as_text(sha256(R"({"event_action":"trigger","payload":{"summary":"a",)"
                               R"("source":"s","severity":"error"}})")))
                .substr(0, 32));
  EXPECT_NE(one.answer().find("\"dedup_key\":\"" + one["alert_key"] + "\""), std::string::npos);
  EXPECT_EQ(send(body("other", "a"))["alert_key"], one["alert_key"]);
  EXPECT_NE(send(body("k", "b"))["alert_key"], one["alert_key"]);
}

TEST_F(PagerdutyEvents, a_source_that_is_no_host_name_is_no_host) {
  for (const char* source : {"aws:elasticache:us-east-1", "https://x.example/a", "the big one"}) {
    const PagerdutyOutcome alert = send(
        "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"s\","
        "\"severity\":\"info\",\"source\":\"" +
        std::string(source) + "\"}}");
    EXPECT_EQ(alert["source"], source);
    EXPECT_EQ(alert["host"], "");
  }
}

TEST_F(PagerdutyEvents, a_change_is_no_alert) {
  const PagerdutyOutcome change = send(
      R"({"routing_key":"k","payload":{"summary":"Build Success","source":"ci-1",)"
      R"("timestamp":"2020-07-17T08:42:58.315+0000"},"links":[{"href":"https://ci.example/2"}]})",
      kPagerdutyChange);
  EXPECT_EQ(change["kind"], "urn:pagerduty:change");
  EXPECT_EQ(change["message"], "Build Success");
  EXPECT_EQ(change["severity"], "info");
  EXPECT_EQ(change["source"], "ci-1");
  EXPECT_EQ(change["alert_key"], "");
  EXPECT_EQ(change["view_link"], "https://ci.example/2");
  EXPECT_EQ(change.answer(), R"(202 {"status":"success","message":"Change event processed"})");
  EXPECT_EQ(errors("{\"payload\":{}}", kPagerdutyChange),
            R"(["'payload.summary' is missing or blank"])");
}

TEST_F(PagerdutyEvents, the_first_version_of_the_api_is_understood) {
  const PagerdutyOutcome alert =
      send(R"({"service_key":"k","event_type":"trigger","description":"FAILURE on srv01",)"
           R"("incident_key":"srv01/HTTP","client":"W","details":{"load avg":0.75},)"
           R"("contexts":[{"type":"image","src":"https://i.example"},)"
           R"({"type":"link","href":"https://l.example"}]})",
           kPagerdutyOld);
  EXPECT_EQ(alert["kind"], "urn:pagerduty:alert:triggered");
  EXPECT_EQ(alert["message"], "FAILURE on srv01");
  EXPECT_EQ(alert["severity"], "error");
  EXPECT_EQ(alert["alert_key"], "srv01/HTTP");
  EXPECT_EQ(alert["view_link"], "https://l.example");
  EXPECT_EQ(alert["raw.service_key"], "");
  EXPECT_EQ(alert.answer(),
            R"(200 {"status":"success","message":"Event processed","incident_key":"srv01/HTTP"})");
  EXPECT_EQ(errors(R"({"event_type":"resolve"})", kPagerdutyOld),
            R"(["'incident_key' is missing or blank"])");
  EXPECT_EQ(errors(R"({"event_type":"trigger"})", kPagerdutyOld),
            R"(["'description' is missing or blank"])");
}

TEST_F(PagerdutyEvents, what_pagerduty_would_not_take_is_400_with_all_reasons) {
  EXPECT_EQ(errors("{}"), R"(["'event_action' is missing or blank"])");
  EXPECT_EQ(errors(R"({"event_action":"explode"})"),
            R"(["'event_action' is invalid (must be one of the following: 'trigger', )"
            R"~('acknowledge' or 'resolve')"])~");
  EXPECT_EQ(errors(R"({"event_action":"trigger"})"),
            R"(["'payload.summary' is missing or blank","'payload.source' is missing or blank",)"
            R"("'payload.severity' is missing or blank"])");
  EXPECT_EQ(errors(R"({"event_action":"trigger","payload":{"summary":"s","source":"h",)"
                   R"("severity":"purple"}})"),
            R"(["'payload.severity' is invalid (must be one of the following: 'critical', )"
            R"~('warning', 'error' or 'info')"])~");
  EXPECT_EQ(errors(R"({"event_action":"resolve"})"), R"(["'dedup_key' is missing or blank"])");
  EXPECT_EQ(
      errors("{\"event_action\":\"resolve\",\"dedup_key\":\"" + std::string(256, 'x') + "\"}"),
      R"~(["'dedup_key' is too long (maximum is 255 characters)"])~");
  EXPECT_EQ(errors("[1]"), R"(["the body is no JSON object"])");
  EXPECT_TRUE(errors("{").starts_with(R"(["the body is no JSON: )"));
}

TEST_F(PagerdutyEvents, on_its_own_path_the_body_says_what_it_is) {
  EXPECT_EQ(send(kPagerdutyTrigger, "")["kind"], "urn:pagerduty:alert:triggered");
  EXPECT_EQ(send(R"({"routing_key":"k","payload":{"summary":"s"}})", "")["kind"],
            "urn:pagerduty:change");
  EXPECT_EQ(send(R"({"service_key":"k","event_type":"trigger","description":"d"})", "/")["kind"],
            "urn:pagerduty:alert:triggered");
  EXPECT_EQ(send(kPagerdutyTrigger, "/enqueue")["kind"], "urn:pagerduty:alert:triggered")
      << "with `path: /v2`";
  EXPECT_EQ(send(kPagerdutyTrigger, "/v2/enqueue/")["kind"], "urn:pagerduty:alert:triggered");
}

}  // namespace
}  // namespace tt::portals::test
