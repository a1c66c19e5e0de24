// PagerDuty's webhooks: v3 as documented, and the older ones with a list of messages.
// SPDX-License-Identifier: Apache-2.0
//
// https://developer.pagerduty.com/docs/webhooks-overview, and .../webhooks-v2-overview.
#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/pagerduty/incident.h"
#include "portals/entry/pagerduty/pagerduty.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"

namespace tt::portals::entry::pagerduty {
namespace {

constexpr std::size_t kKeyBytesMax = 255;
constexpr std::size_t kMessagesMax = 1'000;
constexpr std::size_t kHeadlineRunesMax = 200;

/// Of the older webhooks, whose words are verbs.
constexpr std::pair<std::string_view, std::string_view> kVerbs[] = {
    {"trigger", "triggered"},  {"acknowledge", "acknowledged"}, {"unacknowledge", "unacknowledged"},
    {"resolve", "resolved"},   {"assign", "reassigned"},        {"escalate", "escalated"},
    {"delegate", "delegated"}, {"annotate", "annotated"},
};

/// `incident.responder.added` -> `urn:pagerduty:incident:responder:added`.
std::string kind_of(std::string_view event_type) {
  std::string kind = "urn:pagerduty:" + to_lower(event_type);
  std::replace(kind.begin(), kind.end(), '.', ':');
  std::replace(kind.begin(), kind.end(), ' ', '_');
  while (kind.ends_with(':')) kind.pop_back();
  return kind;
}

Incident incident_of(const boost::json::value& data, std::string_view agent) {
  Incident incident{.actor = std::string(agent)};
  // Of notes, tasks and the like only a reference to it.
  const boost::json::value* self =
      text_at(data, "type") == "incident" ? &data : find_at(data, "incident");
  if (const auto* roles = list_at(data, "incident_role_assignments"); roles && !roles->empty())
    self = find_at((*roles)[0], "incident");
  if (!self) return incident;
  incident.id = text_at(*self, "id");
  incident.number = any_text_at(*self, "number");
  incident.title = text_at(*self, "title");
  if (incident.title.empty()) incident.title = text_at(*self, "summary");
  incident.url = text_at(*self, "html_url");
  incident.service = text_at(*self, "service.summary");
  if (incident.service.empty()) incident.service = text_at(data, "service.summary");
  incident.status = text_at(*self, "status");
  incident.urgency = text_at(*self, "urgency");
  incident.key = text_at(*self, "incident_key");
  incident.priority = text_at(*self, "priority.summary");
  incident.team = text_at(*self, "teams.0.summary");
  incident.assignee = text_at(*self, "assignees.0.summary");
  incident.policy = text_at(*self, "escalation_policy.summary");
  return incident;
}

void take_v3(const Body& body, const boost::json::value& told, EntryEvents& out) {
  const std::string type(text_at(told, "event_type"));
  const boost::json::value* data = find_at(told, "data");
  static const boost::json::value kNothing;
  if (!data) data = &kNothing;
  out.idempotency_key = clip_bytes(text_at(told, "id"), kKeyBytesMax);
  HookEvent event;
  event.text("kind", kind_of(type)).text("timestamp", iso_time(text_at(told, "occurred_at")));
  describe(type, *data, incident_of(*data, text_at(told, "agent.summary")), event);
  add_hook_event(out.events, event, body.text, body.context, body.request.now_ns);
}

std::string first_of(const boost::json::value& json,
                     std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    // Sent where there is nobody.
    if (std::string text = any_text_at(json, path); !text.empty() && text != "null") return text;
  return "";
}

void take_message(const Body& body, const boost::json::value& message, std::string_view text,
                  EntryEvents& out) {
  std::string type = first_of(message, {"event", "type"});
  for (const auto& [verb, past] : kVerbs)
    if (type == "incident." + std::string(verb)) type = "incident." + std::string(past);
  const boost::json::value* self = find_at(message, "incident");
  if (!self) self = find_at(message, "data.incident");
  static const boost::json::value kNothing;
  if (!self) self = &kNothing;
  const Incident incident{
      .id = first_of(*self, {"id"}),
      .number = first_of(*self, {"incident_number"}),
      .title = first_of(*self, {"title", "description", "trigger_summary_data.subject",
                                "trigger_summary_data.description"}),
      .url = first_of(*self, {"html_url"}),
      .service = first_of(*self, {"service.summary", "service.name"}),
      .status = first_of(*self, {"status"}),
      .urgency = first_of(*self, {"urgency"}),
      .key = first_of(*self, {"incident_key"}),
      .priority = first_of(*self, {"priority.summary"}),
      .team = first_of(*self, {"teams.0.summary", "teams.0.name"}),
      .assignee = first_of(*self, {"assignments.0.assignee.summary", "assigned_to_user.name"}),
      .policy = first_of(*self, {"escalation_policy.summary", "escalation_policy.name"}),
      .actor = first_of(message, {"log_entries.0.agent.summary"}),
  };
  HookEvent event;
  event.text("kind", kind_of(type.empty() ? "unknown" : type));
  event.text("timestamp", iso_time(first_of(message, {"created_on", "created_at"})));
  describe(type, *self, incident, event);
  add_hook_event(out.events, event, text, body.context, body.request.now_ns);
}

/// What cannot be told apart is an event all the same.
void take_unknown(const Body& body, EntryEvents& out) {
  HookEvent event;
  event.text("kind", "urn:pagerduty:unknown")
      .text("severity", "info")
      .text("source", "urn:pagerduty");
  const std::string line =
      clip_runes(trim(printable(clip_bytes(body.text, 4 * kHeadlineRunesMax))), kHeadlineRunesMax);
  event.text("message",
             "PagerDuty sent a webhook that is not known here" + (line.empty() ? "" : ": " + line));
  const bool is_map = body.json.is_object();
  add_hook_event(out.events, event, is_map ? body.text : "", body.context, body.request.now_ns);
}

}  // namespace

void take_webhook(const Body& body, EntryEvents& out) {
  if (const boost::json::value* told = find_at(body.json, "event");
      told && !text_at(*told, "event_type").empty())
    return take_v3(body, *told, out);
  const boost::json::array* messages = list_at(body.json, "messages");
  if (!messages || messages->empty()) return take_unknown(body, out);
  std::string_view list;
  for (const JsonMember& one : json_members(body.text))
    if (one.name == "messages") list = one.value;
  const auto parts = json_elements(list);
  const std::size_t count = std::min({parts.size(), messages->size(), kMessagesMax});
  for (std::size_t i = 0; i < count; ++i) take_message(body, (*messages)[i], parts[i], out);
  if (count == 1) out.idempotency_key = clip_bytes(text_at((*messages)[0], "id"), kKeyBytesMax);
}

std::vector<ProducedKind> produced_kinds() {
  constexpr std::string_view kAlert =
      "source host service component group class client status alert_key alert_state view_link";
  constexpr std::string_view kIncident =
      "source service actor team status incident_key alert_key alert_state view_link";
  return {
      {"urn:pagerduty:alert:triggered", "a program raised an alert", "info warning error critical",
       kAlert},
      {"urn:pagerduty:alert:acknowledged", "a program says that somebody works on an alert",
       "info warning error critical", kAlert},
      {"urn:pagerduty:alert:resolved", "a program says that an alert is over",
       "info warning error critical", kAlert},
      {"urn:pagerduty:change", "a program tells of a change", "info", "source host view_link"},
      {"urn:pagerduty:incident:*", "PagerDuty tells of an incident", "info warning critical",
       kIncident,
       "triggered acknowledged unacknowledged resolved reopened escalated delegated reassigned "
       "priority_updated service_updated incident_type:changed annotated status_update_published "
       "responder:added responder:replied conference_bridge:updated custom_field_values:updated "
       "role:assigned task:created task:updated task:completed action_invocation:created "
       "action_invocation:updated action_invocation:terminated workflow:started "
       "workflow:completed"},
      {"urn:pagerduty:service:*", "PagerDuty tells of a service", "info",
       "source service actor view_link", "created updated deleted custom_field_values:updated"},
      {"urn:pagerduty:*", "a webhook that this version does not know", "info warning critical",
       "*"},
  };
}

}  // namespace tt::portals::entry::pagerduty
