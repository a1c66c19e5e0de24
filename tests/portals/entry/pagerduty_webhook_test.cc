// Tests of portals/entry/pagerduty: PagerDuty's webhooks, of all versions and none.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/pagerduty_fixture.h"

namespace tt::portals::test {
namespace {

class PagerdutyWebhook : public testing::Test {
 protected:
  PagerdutyOutcome send(std::string_view body) const {
    PagerdutyOutcome outcome = post_pagerduty(portal_, "", body);
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
  const PagerdutyOutcome event = send(hook("incident.triggered", incident("triggered"), "null"));
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
  const PagerdutyOutcome over = send(hook("incident.resolved", incident("resolved")));
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
  const PagerdutyOutcome note = send(hook("incident.annotated", "{" + of + "}"));
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
  const PagerdutyOutcome service =
      send(hook("service.updated",
                R"({"html_url":"https://s.example","summary":"Shop","type":"service"})", "null"));
  EXPECT_EQ(service["kind"], "urn:pagerduty:service:updated");
  EXPECT_EQ(service["message"], "Service Shop was updated");
  EXPECT_EQ(service["service"], "Shop");
  EXPECT_EQ(service["source"], "https://s.example");
  const PagerdutyOutcome test =
      send(hook("pagey.ping", R"({"message":"Hello from Pagey!","type":"ping"})"));
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
    const PagerdutyOutcome event = send(body);
    EXPECT_EQ(event["kind"], "urn:pagerduty:unknown") << body;
    EXPECT_TRUE(event["message"].starts_with("PagerDuty sent a webhook that is not known here"));
    EXPECT_EQ(event["source"], "urn:pagerduty");
  }
  EXPECT_EQ(send(R"({"event":{"event_type":"..."}})")["kind"], "urn:pagerduty");
}

}  // namespace
}  // namespace tt::portals::test
