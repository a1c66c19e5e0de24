// Tests of portals/entry/pagerduty: the Events API as its clients know it, and PagerDuty's
// webhooks.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kEnqueue[] = "/v2/enqueue";
constexpr char kChange[] = "/v2/change/enqueue";
constexpr char kOld[] = "/generic/2010-04-15/create_event.json";
constexpr char kKeys[] = "routing_keys: [key-one, key-two]\n";

constexpr char kTrigger[] = R"({
  "routing_key": "key-one", "event_action": "trigger", "dedup_key": "srv01/HTTP",
  "payload": {"summary": "Disk of host1 is full", "timestamp": "2015-07-17T08:42:58.315+0000",
    "source": "host1.example.com", "severity": "critical", "component": "postgres",
    "group": "prod-datapipe", "class": "disk", "custom_details": {"load avg": 0.750}},
  "images": [{"src": "https://img.example/1.png"}],
  "links": [{"href": "https://run.example/disk", "text": "Runbook"}],
  "client": "Watcher", "client_url": "https://watcher.example"})";

/// What came of one request.
struct Outcome {
  EntryEvents events;
  std::optional<EntryRefusal> refusal;

  std::string operator[](std::string_view name) const {
    if (events.events.size() != 1) return "not one event";
    const event::Field* field = events.events[0].find(name);
    return field ? events.events[0].text(*field) : "";
  }
  std::string answer() const {
    if (refusal) return std::to_string(refusal->status) + " " + refusal->body;
    return events.reply ? std::to_string(events.reply->status) + " " + events.reply->body : "";
  }
};

Outcome post(const ConfiguredEntry& portal, std::string_view path, std::string_view body,
             net::Headers headers = {}) {
  Outcome outcome;
  const EntryRequest request{.path = path, .headers = &headers, .body = body, .now_ns = kArrival};
  outcome.refusal = portal->decode(request, {}, outcome.events);
  return outcome;
}

class PagerdutyEvents : public testing::Test {
 protected:
  Outcome send(std::string_view body, std::string_view path = kEnqueue) const {
    return post(portal_, path, body);
  }
  /// The errors of a refusal.
  std::string errors(std::string_view body, std::string_view path = kEnqueue) const {
    const Outcome outcome = send(body, path);
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
  const Outcome alert = send(kTrigger);
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
  for (const char* path : {kEnqueue, kChange}) {
    const Outcome outcome = send(body, path);
    ASSERT_FALSE(outcome.refusal) << path;
    const std::string json(outcome.events.events[0].json);
    EXPECT_EQ(json.find("key-one"), std::string::npos) << json;
  }
}

TEST_F(PagerdutyEvents, acknowledge_and_resolve_end_what_trigger_began) {
  const Outcome acknowledged =
      send(R"({"routing_key":"k","dedup_key":"srv01/HTTP","event_action":"acknowledge"})");
  EXPECT_EQ(acknowledged["kind"], "urn:pagerduty:alert:acknowledged");
  EXPECT_EQ(acknowledged["message"], "Alert srv01/HTTP was acknowledged");
  EXPECT_EQ(acknowledged["alert_state"], "acknowledged");
  EXPECT_EQ(acknowledged["severity"], "info");
  const Outcome resolved =
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
  const Outcome one = send(body("k", "a"));
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
    const Outcome alert = send(
        "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"s\","
        "\"severity\":\"info\",\"source\":\"" +
        std::string(source) + "\"}}");
    EXPECT_EQ(alert["source"], source);
    EXPECT_EQ(alert["host"], "");
  }
}

TEST_F(PagerdutyEvents, a_change_is_no_alert) {
  const Outcome change = send(
      R"({"routing_key":"k","payload":{"summary":"Build Success","source":"ci-1",)"
      R"("timestamp":"2020-07-17T08:42:58.315+0000"},"links":[{"href":"https://ci.example/2"}]})",
      kChange);
  EXPECT_EQ(change["kind"], "urn:pagerduty:change");
  EXPECT_EQ(change["message"], "Build Success");
  EXPECT_EQ(change["severity"], "info");
  EXPECT_EQ(change["source"], "ci-1");
  EXPECT_EQ(change["alert_key"], "");
  EXPECT_EQ(change["view_link"], "https://ci.example/2");
  EXPECT_EQ(change.answer(), R"(202 {"status":"success","message":"Change event processed"})");
  EXPECT_EQ(errors("{\"payload\":{}}", kChange), R"(["'payload.summary' is missing or blank"])");
}

TEST_F(PagerdutyEvents, the_first_version_of_the_api_is_understood) {
  const Outcome alert =
      send(R"({"service_key":"k","event_type":"trigger","description":"FAILURE on srv01",)"
           R"("incident_key":"srv01/HTTP","client":"W","details":{"load avg":0.75},)"
           R"("contexts":[{"type":"image","src":"https://i.example"},)"
           R"({"type":"link","href":"https://l.example"}]})",
           kOld);
  EXPECT_EQ(alert["kind"], "urn:pagerduty:alert:triggered");
  EXPECT_EQ(alert["message"], "FAILURE on srv01");
  EXPECT_EQ(alert["severity"], "error");
  EXPECT_EQ(alert["alert_key"], "srv01/HTTP");
  EXPECT_EQ(alert["view_link"], "https://l.example");
  EXPECT_EQ(alert["raw.service_key"], "");
  EXPECT_EQ(alert.answer(),
            R"(200 {"status":"success","message":"Event processed","incident_key":"srv01/HTTP"})");
  EXPECT_EQ(errors(R"({"event_type":"resolve"})", kOld),
            R"(["'incident_key' is missing or blank"])");
  EXPECT_EQ(errors(R"({"event_type":"trigger"})", kOld),
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
  EXPECT_EQ(send(kTrigger, "")["kind"], "urn:pagerduty:alert:triggered");
  EXPECT_EQ(send(R"({"routing_key":"k","payload":{"summary":"s"}})", "")["kind"],
            "urn:pagerduty:change");
  EXPECT_EQ(send(R"({"service_key":"k","event_type":"trigger","description":"d"})", "/")["kind"],
            "urn:pagerduty:alert:triggered");
  EXPECT_EQ(send(kTrigger, "/enqueue")["kind"], "urn:pagerduty:alert:triggered")
      << "with `path: /v2`";
  EXPECT_EQ(send(kTrigger, "/v2/enqueue/")["kind"], "urn:pagerduty:alert:triggered");
}

TEST(PagerdutyKeys, an_unknown_routing_key_is_refused_as_pagerduty_does) {
  const ConfiguredEntry portal("pagerduty", kKeys);
  EXPECT_FALSE(post(portal, kEnqueue, kTrigger).refusal);
  EXPECT_FALSE(post(portal, kEnqueue, R"({"dedup_key":"d","event_action":"resolve"})",
                    {{"X-Routing-Key", "key-two"}})
                   .refusal);
  for (const char* body :
       {R"({"routing_key":"key-three","dedup_key":"d","event_action":"resolve"})",
        R"({"routing_key":"","dedup_key":"d","event_action":"resolve"})",
        R"({"routing_key":["key-one"],"dedup_key":"d","event_action":"resolve"})",
        R"({"dedup_key":"d","event_action":"resolve"})", "{}"}) {
    const Outcome outcome = post(portal, kEnqueue, body);
    EXPECT_TRUE(outcome.events.events.empty());
    EXPECT_EQ(outcome.answer(), R"(400 {"status":"invalid event","message":"Invalid routing key",)"
                                R"("errors":["'routing_key' is not one that is known here"]})")
        << body;
  }
}

TEST(PagerdutyKeys, with_keys_nothing_unproven_comes_in_by_the_own_path) {
  const ConfiguredEntry guarded("pagerduty", kKeys), open("pagerduty", "");
  const auto verified = [](const ConfiguredEntry& portal, std::string_view body,
                           std::string_view path = "") {
    return portal->verify({.path = path, .body = body, .now_ns = kArrival});
  };
  constexpr char kHook[] = R"({"event":{"event_type":"incident.triggered"}})";
  EXPECT_TRUE(guarded->has_verifier());
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(verified(guarded, kTrigger));
  EXPECT_FALSE(verified(guarded, kHook));
  EXPECT_FALSE(verified(guarded, R"({"event_action":"trigger","routing_key":"no"})"));
  EXPECT_FALSE(verified(guarded, R"({"routing_key":""})"));
  EXPECT_FALSE(verified(guarded, "no json"));
  EXPECT_TRUE(verified(guarded, "{}", kEnqueue)) << "decode() answers 400 there";
  EXPECT_TRUE(verified(open, kHook));
}

class PagerdutyWebhook : public testing::Test {
 protected:
  Outcome send(std::string_view body) const {
    Outcome outcome = post(portal_, "", body);
    EXPECT_FALSE(outcome.refusal);
    EXPECT_FALSE(outcome.events.reply) << "a plain 200";
    return outcome;
  }
  static std::string hook(std::string type, std::string data, std::string agent = "\"Ann\"") {
    return "{\"event\":{\"id\":\"E1\",\"event_type\":\"" + type +
           "\",\"resource_type\":\"x\",\"occurred_at\":\"2020-10-02T18:45:22.169Z\",\"agent\":" +
           (agent == "null" ? agent : "{\"summary\":" + agent + "}") +
           ",\"client\":null,\"data\":" + data + "}}";
  }
  static std::string incident(std::string status, std::string more = "") {
    return R"({"id":"PGR0VU2","type":"incident","html_url":"https://a.example/incidents/PGR0VU2",)"
           R"("number":2,"status":")" +
           status +
           R"(","incident_key":"d3640","title":"A bump","service":{"summary":"API"},)"
           R"("assignees":[{"summary":"Bob"}],"escalation_policy":{"summary":"Night"},)"
           R"("teams":[{"summary":"Core"}],"priority":{"summary":"P1"},"urgency":"high")" +
           more + "}";
  }
  std::string message(std::string type, std::string data, std::string agent = "\"Ann\"") const {
    return send(hook(std::move(type), std::move(data), std::move(agent)))["message"];
  }
  ConfiguredEntry portal_{"pagerduty", ""};
};

TEST_F(PagerdutyWebhook, an_incident_is_an_alert) {
  const Outcome event = send(hook("incident.triggered", incident("triggered"), "null"));
  EXPECT_EQ(event["kind"], "urn:pagerduty:incident:triggered");
  EXPECT_EQ(event["message"], "Incident #2 on API was triggered: A bump");
  EXPECT_EQ(event["severity"], "critical");
  EXPECT_EQ(event["alert_key"], "pagerduty:PGR0VU2");
  EXPECT_EQ(event["incident_key"], "d3640");
  EXPECT_EQ(event["alert_state"], "firing");
  EXPECT_EQ(event["status"], "triggered");
  EXPECT_EQ(event["service"], "API");
  EXPECT_EQ(event["team"], "Core");
  EXPECT_EQ(event["source"], "https://a.example/incidents/PGR0VU2");
  EXPECT_EQ(event["view_link"], "https://a.example/incidents/PGR0VU2");
  EXPECT_EQ(event["timestamp"], "2020-10-02T18:45:22.169Z");
  EXPECT_EQ(event["raw.event.data.escalation_policy.summary"], "Night");
  EXPECT_EQ(event.events.idempotency_key, "E1");
  const Outcome over = send(hook("incident.resolved", incident("resolved")));
  EXPECT_EQ(over["alert_state"], "resolved");
  EXPECT_EQ(over["alert_key"], "pagerduty:PGR0VU2");
  EXPECT_EQ(over["actor"], "Ann");
  EXPECT_EQ(over["message"], "Incident #2 on API was resolved by Ann: A bump");
}

TEST_F(PagerdutyWebhook, every_turn_of_an_incident_reads_well) {
  const auto turn = [&](std::string what, std::string more = "") {
    return message("incident." + what, incident("triggered", more));
  };
  EXPECT_EQ(turn("acknowledged"), "Incident #2 on API was acknowledged by Ann: A bump");
  EXPECT_EQ(turn("unacknowledged"), "Incident #2 on API was unacknowledged by Ann: A bump");
  EXPECT_EQ(turn("reopened"), "Incident #2 on API was reopened by Ann: A bump");
  EXPECT_EQ(turn("escalated"), "Incident #2 on API was escalated to Bob by Ann: A bump");
  EXPECT_EQ(turn("reassigned"), "Incident #2 on API was reassigned to Bob by Ann: A bump");
  EXPECT_EQ(turn("delegated"), "Incident #2 on API was delegated to Night by Ann: A bump");
  EXPECT_EQ(turn("priority_updated"),
            "Priority of incident #2 on API was set to P1 by Ann: A bump");
  EXPECT_EQ(turn("service_updated"), "Incident #2 was moved to API by Ann: A bump");
  EXPECT_EQ(turn("incident_type.changed", R"(,"incident_type":{"name":"major"})"),
            "Type of incident #2 on API was set to major by Ann: A bump");
  EXPECT_EQ(turn("polished"), "PagerDuty: incident polished by Ann: A bump");
}

TEST_F(PagerdutyWebhook, what_belongs_to_an_incident_reads_well) {
  const std::string of =
      R"("incident":{"id":"PGR0VU2","summary":"A bump","html_url":"https://i.example"})";
  const auto part = [&](std::string what, std::string more) {
    return message("incident." + what, "{" + of + "," + more + "}");
  };
  EXPECT_EQ(part("annotated", R"("content":"Looking\ninto it","type":"incident_note")"),
            "Ann added a note to incident \"A bump\": Looking into it");
  EXPECT_EQ(part("status_update_published", R"("message":"A fix is on its way")"),
            "Status update on incident \"A bump\" by Ann: A fix is on its way");
  EXPECT_EQ(part("responder.added", R"("user":{"summary":"Maeve"},"message":"Please help")"),
            "Maeve was asked to help with incident \"A bump\" by Ann: Please help");
  EXPECT_EQ(part("responder.replied", R"("user":{"summary":"Maeve"},"state":"accepted")"),
            "Maeve answered the request to help with incident \"A bump\": accepted");
  EXPECT_EQ(part("conference_bridge.updated", R"("conference_url":"https://c.example")"),
            "The conference bridge of incident \"A bump\" was updated by Ann: https://c.example");
  EXPECT_EQ(
      part("custom_field_values.updated",
           R"("custom_fields":[{"name":"env","value":"prod"},{"name":"region","value":"US"}],)"
           R"("changed_custom_fields":[{"name":"env","value":"staging"}])"),
      "Fields of incident \"A bump\" were updated by Ann: env = prod");
  EXPECT_EQ(part("task.completed", R"("summary":"Call Bob")"),
            "Task \"Call Bob\" of incident \"A bump\" was completed by Ann");
  EXPECT_EQ(part("action_invocation.created", R"("action":{"summary":"Restart"})"),
            "Action \"Restart\" on incident \"A bump\" was started by Ann");
  EXPECT_EQ(part("workflow.started", R"("summary":"Major")"),
            "Workflow \"Major\" on incident \"A bump\" was started by Ann");
  EXPECT_EQ(message("incident.role.assigned",
                    R"({"incident_role_assignments":[{"assignee":{"summary":"Bob"},"role":)"
                    R"({"summary":"Commander"},"incident":{"id":"PB","summary":null}}]})"),
            "Bob is now Commander of incident PB");
  const Outcome note = send(hook("incident.annotated", "{" + of + "}"));
  EXPECT_EQ(note["alert_key"], "pagerduty:PGR0VU2") << "the same as of the incident itself";
  EXPECT_EQ(note["alert_state"], "");
  EXPECT_EQ(note["severity"], "info");
  EXPECT_EQ(note["view_link"], "https://i.example");
}

TEST_F(PagerdutyWebhook, endless_lists_of_fields_cost_little) {
  std::string changed, all = R"({"name":"region","value":"US"})";
  for (int i = 0; i < 200'000; ++i) {
    changed += R"(,{"name":"c)" + std::to_string(i) + "\"}";
    all += R"(,{"name":"a)" + std::to_string(i) + "\"}";
  }
  EXPECT_EQ(message("incident.custom_field_values.updated",
                    R"({"incident":{"id":"P1"},"changed_custom_fields":[{"name":"region"})" +
                        changed + R"(],"custom_fields":[)" + all + "]}"),
            "Fields of incident P1 were updated by Ann: region = US");
}

TEST_F(PagerdutyWebhook, services_and_the_test_are_told_too) {
  const Outcome service =
      send(hook("service.updated",
                R"({"html_url":"https://s.example","summary":"Shop","type":"service"})", "null"));
  EXPECT_EQ(service["kind"], "urn:pagerduty:service:updated");
  EXPECT_EQ(service["message"], "Service Shop was updated");
  EXPECT_EQ(service["service"], "Shop");
  EXPECT_EQ(service["source"], "https://s.example");
  const Outcome test = send(hook("pagey.ping", R"({"message":"Hello from Pagey!","type":"ping"})"));
  EXPECT_EQ(test["kind"], "urn:pagerduty:pagey:ping");
  EXPECT_EQ(test["message"], "PagerDuty: pagey ping by Ann: Hello from Pagey!");
}

TEST_F(PagerdutyWebhook, older_webhooks_hold_a_list) {
  const EntryEvents events = std::move(send(R"({"messages":[
        {"id":"m1","event":"incident.trigger","created_on":"2017-10-02T17:59:43Z","log_entries":[
          {"agent":{"summary":"Ann"}}],"incident":{"id":"P1","incident_number":33,"title":"Down",
          "status":"triggered","urgency":"low","html_url":"https://i.example","service":
          {"summary":"Shop"}}},
        {"id":"m2","event":"incident.annotate","incident":{"id":"P1","incident_number":33,"title":
          "Down","status":"acknowledged","load":1.50}}, 7]})")
                                           .events);
  ASSERT_EQ(events.events.size(), 3u);
  EXPECT_EQ(events.events[0].text("kind"), "urn:pagerduty:incident:triggered");
  EXPECT_EQ(events.events[0].text("message"), "Incident #33 on Shop was triggered by Ann: Down");
  EXPECT_EQ(events.events[0].text("severity"), "warning");
  EXPECT_EQ(events.events[0].text("timestamp"), "2017-10-02T17:59:43Z");
  EXPECT_EQ(events.events[1].text("message"), "Incident #33 got a note: Down");
  EXPECT_EQ(events.events[1].text("alert_key"), "pagerduty:P1");
  EXPECT_EQ(events.events[1].text("alert_state"), "acknowledged");
  EXPECT_EQ(events.events[1].text(*events.events[1].find("raw.incident.load")), "1.50");
  EXPECT_EQ(events.events[2].text("kind"), "urn:pagerduty:unknown");
  EXPECT_EQ(events.idempotency_key, "");
}

TEST_F(PagerdutyWebhook, whatever_else_comes_is_an_event) {
  for (const char* body :
       {"", "null", "7", "[]", "{}", "no json", "\xff", R"({"event":7})",
        R"({"event":{"event_type":7}})", R"({"messages":{}})", R"({"messages":[]})"}) {
    const Outcome event = send(body);
    EXPECT_EQ(event["kind"], "urn:pagerduty:unknown") << body;
    EXPECT_TRUE(event["message"].starts_with("PagerDuty sent a webhook that is not known here"));
    EXPECT_EQ(event["source"], "urn:pagerduty");
  }
  EXPECT_EQ(send(R"({"event":{"event_type":"..."}})")["kind"], "urn:pagerduty");
}

TEST(PagerdutyVerify, webhooks_prove_themselves_by_their_signature) {
  const ConfiguredEntry portal("pagerduty", "verify: {scheme: pagerduty, secret: sesame}\n");
  const std::string body = R"({"event":{"event_type":"incident.triggered"}})";
  const std::string good = "v1=" + hex(as_text(hmac_sha256("sesame", body)));
  const auto accepts = [&](std::string signature) {
    return portal->verify(Sent{body, {{"X-PagerDuty-Signature", std::move(signature)}}}.request());
  };
  EXPECT_TRUE(accepts(good));
  EXPECT_TRUE(accepts("v1=" + std::string(64, '0') + "," + good));
  EXPECT_FALSE(accepts("v1=" + std::string(64, '0')));
  EXPECT_FALSE(accepts(""));
}

}  // namespace
}  // namespace tt::portals::test
