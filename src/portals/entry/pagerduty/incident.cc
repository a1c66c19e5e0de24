// The sentences of PagerDuty's webhooks.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/pagerduty/incident.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::pagerduty {
namespace {

constexpr std::size_t kTextRunesMax = 500;
constexpr std::size_t kFieldsMax = 5;
constexpr std::size_t kFieldsSeenMax = 200;  // Far more than an account may have.

/// What happened to an incident as a whole; `state` is empty where it stays as it was, `words`
/// where the sentence is another one.
struct Turn {
  std::string_view what, words, state;
};
constexpr Turn kTurns[] = {
    {"triggered", "was triggered", "firing"},
    {"acknowledged", "was acknowledged", "acknowledged"},
    {"unacknowledged", "was unacknowledged", "firing"},
    {"resolved", "was resolved", "resolved"},
    {"reopened", "was reopened", "firing"},
    {"escalated", "was escalated", ""},
    {"delegated", "was delegated", ""},
    {"reassigned", "was reassigned", ""},
    {"priority_updated", "", ""},
    {"service_updated", "was moved", ""},
    {"incident_type.changed", "", ""},
    {"annotated", "got a note", ""},
};

std::string by(const std::string& actor) { return actor.empty() ? "" : " by " + actor; }

std::string one_line(std::string_view text) {
  return clip_runes(trim(printable(clip_bytes(text, 4 * kTextRunesMax))), kTextRunesMax);
}
std::string after_colon(std::string_view text) {
  const std::string line = one_line(text);
  return line.empty() ? "" : ": " + line;
}

/// `conference_bridge.updated` -> "conference bridge updated".
std::string in_words(std::string_view type) {
  std::string words(type);
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c == '.' || c == '_'; }, ' ');
  return words;
}

/// `incident "The server is on fire"`, else by its id.
std::string reference(const Incident& incident) {
  if (!incident.title.empty()) return "incident \"" + one_line(incident.title) + "\"";
  return incident.id.empty() ? "an incident" : "incident " + incident.id;
}

/// "incident #2 on API"; without the service where `on_service` is false.
std::string numbered(const Incident& incident, bool on_service = true) {
  std::string text = "incident";
  if (!incident.number.empty())
    text += " #" + incident.number;
  else if (!incident.id.empty())
    text += " " + incident.id;
  return incident.service.empty() || !on_service ? text : text + " on " + incident.service;
}

/// Where it went, for those turns that send it somewhere.
std::string target(std::string_view what, const Incident& incident) {
  std::string name;
  if (what == "escalated" || what == "reassigned") name = incident.assignee;
  if (what == "delegated") name = incident.policy;
  if (what == "service_updated") name = incident.service;
  return name.empty() ? "" : " to " + name;
}

/// "Priority of incident #2 on API was set to P1".
std::string set_sentence(std::string_view noun, std::string_view value, const Incident& incident) {
  return std::string(noun) + " of " + numbered(incident) +
         (value.empty() ? " was removed" : " was set to " + std::string(value));
}

std::string turn_sentence(const Turn& turn, const boost::json::value& data,
                          const Incident& incident) {
  std::string text;
  if (turn.what == "priority_updated") {
    text = set_sentence("Priority", incident.priority, incident);
  } else if (turn.what == "incident_type.changed") {
    text = set_sentence("Type", text_at(data, "incident_type.name"), incident);
  } else {
    text = numbered(incident, turn.what != "service_updated") + " " + std::string(turn.words) +
           target(turn.what, incident);
    text.front() = 'I';
  }
  return text + by(incident.actor) + after_colon(incident.title);
}

/// "environment = production, region = US": the new values of what changed.
std::string changed_fields(const boost::json::value& data) {
  const boost::json::array* changed = list_at(data, "changed_custom_fields");
  const boost::json::array* all = list_at(data, "custom_fields");
  if (!changed || !all) return "";
  const auto end_of = [](const boost::json::array& list) {
    return list.begin() + std::min(list.size(), kFieldsSeenMax);
  };
  std::vector<std::string> texts;
  for (const auto* field = all->begin(); field != end_of(*all); ++field) {
    const std::string_view name = text_at(*field, "name");
    const bool is_changed = std::any_of(changed->begin(), end_of(*changed), [&](const auto& one) {
      return text_at(one, "name") == name;
    });
    const boost::json::value* value = find_at(*field, "value");
    if (!is_changed || !value || texts.size() == kFieldsMax) continue;
    const std::string text = value->is_structured() ? json_text(*value) : any_text_at(*value, "");
    texts.push_back(std::string(name) + " = " + (text.empty() ? "nothing" : text));
  }
  return join(texts, ", ");
}

std::string quoted(std::string_view noun, std::string_view name) {
  const std::string line = one_line(name);
  return std::string(noun) + (line.empty() ? "" : " \"" + line + "\"");
}

/// Notes, tasks and others that belong to an incident; `what` is the type behind "incident.".
std::string part_sentence(std::string_view what, const boost::json::value& data,
                          const Incident& incident) {
  const std::string thing = reference(incident);
  const std::string last(what.substr(what.rfind('.') + 1));
  const std::string user(text_at(data, "user.summary"));
  if (what == "annotated")
    return (incident.actor.empty() ? "Somebody" : incident.actor) + " added a note to " + thing +
           after_colon(text_at(data, "content"));
  if (what == "status_update_published")
    return "Status update on " + thing + by(incident.actor) + after_colon(text_at(data, "message"));
  if (what == "responder.added")
    return (user.empty() ? "Somebody" : user) + " was asked to help with " + thing +
           by(incident.actor) + after_colon(text_at(data, "message"));
  if (what == "responder.replied")
    return (user.empty() ? "Somebody" : user) + " answered the request to help with " + thing +
           after_colon(text_at(data, "state"));
  if (what == "conference_bridge.updated")
    return "The conference bridge of " + thing + " was updated" + by(incident.actor) +
           after_colon(text_at(data, "conference_url"));
  if (what == "custom_field_values.updated")
    return "Fields of " + thing + " were updated" + by(incident.actor) +
           after_colon(changed_fields(data));
  if (what == "role.assigned") {
    const std::string_view who = text_at(data, "incident_role_assignments.0.assignee.summary");
    const std::string_view role = text_at(data, "incident_role_assignments.0.role.summary");
    if (!who.empty() && !role.empty())
      return std::string(who) + " is now " + std::string(role) + " of " + thing;
    return quoted("Role", role) + " of " + thing + " was left" + by(incident.actor);
  }
  if (what.starts_with("task."))
    return quoted("Task", text_at(data, "summary")) + " of " + thing + " was " + last +
           by(incident.actor);
  if (what.starts_with("action_invocation."))
    return quoted("Action", text_at(data, "action.summary")) + " on " + thing + " was " +
           (last == "created" ? "started" : last) + by(incident.actor);
  if (what.starts_with("workflow."))
    return quoted("Workflow", text_at(data, "summary")) + " on " + thing + " was " + last +
           by(incident.actor);
  return "";
}

std::string service_sentence(std::string_view what, const boost::json::value& data,
                             const std::string& actor) {
  if (what == "custom_field_values.updated") {
    std::string_view name = text_at(data, "service.summary");
    if (name.empty()) name = text_at(data, "service.id");
    return "Fields of service " + std::string(name) + " were updated" + by(actor) +
           after_colon(changed_fields(data));
  }
  return "Service " + std::string(text_at(data, "summary")) + " was " + in_words(what) + by(actor);
}

std::string plain_sentence(std::string_view type, const boost::json::value& data,
                           const Incident& incident) {
  std::string_view text = text_at(data, "message");  // "pagey.ping", PagerDuty's test, has one.
  if (text.empty()) text = incident.title;
  if (text.empty()) text = text_at(data, "summary");
  return "PagerDuty: " + (type.empty() ? "webhook" : in_words(type)) + by(incident.actor) +
         after_colon(text);
}

/// Only whole incidents have an urgency.
std::string_view severity_of(const Incident& incident) {
  if (incident.urgency == "high") return "critical";
  return incident.urgency == "low" ? "warning" : "info";
}

std::string_view state_of(std::string_view status) {
  if (status == "triggered") return "firing";
  return status == "acknowledged" || status == "resolved" ? status : "";
}

}  // namespace

void describe(std::string_view type, const boost::json::value& data, const Incident& incident,
              HookEvent& event) {
  const std::string_view object = type.substr(0, type.find('.'));
  const std::string_view what = object.size() < type.size() ? type.substr(object.size() + 1) : "";
  const auto* turn = std::find_if(std::begin(kTurns), std::end(kTurns),
                                  [&](const Turn& one) { return one.what == what; });
  std::string message;
  if (object == "incident") {
    // A note in the older webhooks comes with the whole incident.
    const bool is_whole = !incident.status.empty() && turn != std::end(kTurns);
    message = is_whole ? turn_sentence(*turn, data, incident) : part_sentence(what, data, incident);
  } else if (object == "service" && !what.empty()) {
    message = service_sentence(what, data, incident.actor);
  }
  if (message.empty()) message = plain_sentence(type, data, incident);
  event.text("message", message).text("severity", severity_of(incident));

  std::string_view link = incident.url;
  for (const std::string_view path : {"html_url", "service.html_url"})
    if (link.empty()) link = text_at(data, path);
  event.text("source", link.empty() ? std::string_view("urn:pagerduty") : link);
  event.text("view_link", link).text("actor", incident.actor).text("team", incident.team);
  std::string_view service = incident.service;
  if (service.empty() && object == "service")
    service = text_at(data, text_at(data, "summary").empty() ? "service.summary" : "summary");
  event.text("service", service);

  std::string_view state = state_of(incident.status);
  // Older webhooks carry the incident as it was before.
  if (object == "incident" && turn != std::end(kTurns) && !turn->state.empty()) state = turn->state;
  event.text("status", state == "firing" ? std::string_view("triggered") : state);
  event.text("incident_key", incident.key);
  if (!incident.id.empty()) event.text("alert_key", "pagerduty:" + incident.id);
  event.text("alert_state", state);
}

}  // namespace tt::portals::entry::pagerduty
