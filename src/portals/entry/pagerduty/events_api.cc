// The Events API: alerts and changes that programs send to PagerDuty, and its answers.
// SPDX-License-Identifier: Apache-2.0
//
// https://developer.pagerduty.com/docs/events-api-v2-overview, and .../events-api-v1-overview.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/pagerduty/pagerduty.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"

namespace tt::portals::entry::pagerduty {
namespace {

constexpr std::size_t kKeyRunesMax = 255;  // docs/events-api-v2/trigger-events: `dedup_key`.

struct Action {
  std::string_view word, kind, state, past;
};
constexpr Action kActions[] = {
    {"trigger", "urn:pagerduty:alert:triggered", "firing", "triggered"},
    {"acknowledge", "urn:pagerduty:alert:acknowledged", "acknowledged", "acknowledged"},
    {"resolve", "urn:pagerduty:alert:resolved", "resolved", "resolved"},
};

/// What v1 and v2 call differently.
struct Names {
  std::string_view action, key, summary, details;
};
constexpr Names kV2{"event_action", "dedup_key", "payload.summary", "payload.custom_details"};
constexpr Names kV1{"event_type", "incident_key", "description", "details"};

/// The body without its key: a routing key lets whoever knows it raise alerts.
std::string without_keys(std::string_view text) {
  JsonWriter json;
  json.map();
  for (const JsonMember& one : json_members(text))
    if (one.name != "routing_key" && one.name != "service_key") json.key(one.name).raw(one.value);
  return json.end().take();
}

/// A name that could be looked up, not a sentence and not an address of another kind.
bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// The first link that the sender gives people to look at.
std::string first_link(const boost::json::value& body) {
  for (const std::string_view list : {"links", "contexts"})
    if (const boost::json::array* links = list_at(body, list))
      for (const boost::json::value& one : *links)
        if (const std::string_view href = text_at(one, "href"); !href.empty())
          return std::string(href);
  return std::string(text_at(body, "client_url"));
}

const Action* action_of(std::string_view word) {
  const auto* found = std::find_if(std::begin(kActions), std::end(kActions),
                                   [&](const Action& one) { return one.word == word; });
  return found == std::end(kActions) ? nullptr : found;
}

void need(const boost::json::value& body, std::string_view path, std::vector<std::string>& errors) {
  if (trim(any_text_at(body, path)).empty())
    errors.push_back("'" + std::string(path) + "' is missing or blank");
}

/// Wordings as PagerDuty's answers have them, where they are known.
std::vector<std::string> errors_of(Api api, const Names& names, const boost::json::value& body) {
  std::vector<std::string> errors;
  if (api == Api::kChange) {
    need(body, "payload.summary", errors);
    return errors;
  }
  const std::string word = any_text_at(body, names.action);
  if (word.empty())
    need(body, names.action, errors);
  else if (!action_of(word))
    errors.push_back("'" + std::string(names.action) +
                     "' is invalid (must be one of the following: 'trigger', 'acknowledge' or "
                     "'resolve')");
  if (count_runes(any_text_at(body, names.key)) > kKeyRunesMax)
    errors.push_back("'" + std::string(names.key) + "' is too long (maximum is 255 characters)");
  if (word == "acknowledge" || word == "resolve") need(body, names.key, errors);
  if (word != "trigger") return errors;
  need(body, names.summary, errors);
  if (api == Api::kOldAlert) return errors;
  need(body, "payload.source", errors);
  const std::string severity = to_lower(any_text_at(body, "payload.severity"));
  if (severity.empty())
    need(body, "payload.severity", errors);
  else if (severity != "critical" && severity != "warning" && severity != "error" &&
           severity != "info")
    errors.push_back(
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', "
        "'error' or 'info')");
  return errors;
}

/// PagerDuty invents a key for an alert that comes without; ours is the same for the same body, so
/// that a client's second try is not a second alert.
std::string made_key(std::string_view text) { return hex(as_text(sha256(text))).substr(0, 32); }

void add_answer(int status, std::string_view message, std::string_view key_name,
                std::string_view key, EntryEvents& out) {
  JsonWriter json;
  json.map().key("status").text("success").key("message").text(message);
  json.some(key_name, key).end();
  out.reply =
      std::make_unique<net::HttpAnswer>(net::HttpAnswer{.status = status, .body = json.take()});
}

/// What both kinds of events say of where they come from.
void add_place(const boost::json::value& body, HookEvent& event) {
  const std::string source = any_text_at(body, "payload.source");
  event.text("source", source.empty() ? text_at(body, "client_url") : source);
  if (is_host(source)) event.text("host", source);
  event.text("timestamp", iso_time(any_text_at(body, "payload.timestamp")));
  event.text("view_link", first_link(body));
}

void take_change(const Body& body, EntryEvents& out) {
  HookEvent event;
  event.text("kind", "urn:pagerduty:change").text("severity", "info");
  event.text("message", trim(any_text_at(body.json, "payload.summary")));
  add_place(body.json, event);
  add_hook_event(out.events, event, without_keys(body.text), body.context, body.request.now_ns);
  add_answer(202, "Change event processed", "", "", out);
}

std::string message_of(const Action& action, std::string_view summary, std::string_view key) {
  if (summary.empty()) return "Alert " + std::string(key) + " was " + std::string(action.past);
  // Senders repeat the summary of the trigger, which alone would read as if it still burnt.
  const bool says_so = to_lower(summary).find(action.past) != std::string::npos;
  if (action.state == "firing" || says_so) return std::string(summary);
  return (action.state == "resolved" ? "Resolved: " : "Acknowledged: ") + std::string(summary);
}

void take_alert(Api api, const Names& names, const Body& body, EntryEvents& out) {
  const Action& action = *action_of(any_text_at(body.json, names.action));
  const std::string text = without_keys(body.text);
  std::string key = any_text_at(body.json, names.key);
  if (trim(key).empty()) key = made_key(text);
  const std::string summary(trim(any_text_at(body.json, names.summary)));
  std::string severity = to_lower(any_text_at(body.json, "payload.severity"));
  // Alerts of v1 have none, and yet somebody is called for them.
  if (severity.empty()) severity = action.state == "firing" ? "error" : "info";

  HookEvent event;
  event.text("kind", action.kind).text("severity", severity);
  event.text("message", message_of(action, summary, key));
  event.text("alert_key", key).text("alert_state", action.state).text("status", action.past);
  add_place(body.json, event);
  event.text("service", any_text_at(body.json, "payload.component"));
  for (const std::string_view name : {"component", "group", "class"})
    event.text(name, any_text_at(body.json, "payload." + std::string(name)));
  event.text("client", any_text_at(body.json, "client"));
  add_hook_event(out.events, event, text, body.context, body.request.now_ns);
  add_answer(api == Api::kAlert ? 202 : 200, "Event processed", names.key, key, out);
}

}  // namespace

Api api_of_path(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with("/change/enqueue")) return Api::kChange;
  if (path.ends_with("/enqueue")) return Api::kAlert;
  if (path.ends_with("/create_event.json")) return Api::kOldAlert;
  return Api::kWebhook;
}

Api api_of_body(const boost::json::value& body) {
  if (!any_text_at(body, "service_key").empty()) return Api::kOldAlert;
  if (!text_at(body, "event_action").empty()) return Api::kAlert;
  if (any_text_at(body, "routing_key").empty()) return Api::kWebhook;
  const bool is_change = map_at(body, "payload") && !find_at(body, "payload.severity");
  return is_change ? Api::kChange : Api::kAlert;
}

std::string routing_key(const EntryRequest& request, const boost::json::value& body) {
  for (const std::string_view name : {"routing_key", "service_key"})
    if (std::string key = any_text_at(body, name); !key.empty()) return key;
  // PagerDuty/pdpyras#54: clients of early 2021 sent it this way.
  return std::string(request.header("x-routing-key"));
}

EntryRefusal invalid_event(std::string_view message, const std::vector<std::string>& errors) {
  JsonWriter json;
  json.map().key("status").text("invalid event").key("message").text(message);
  json.key("errors").list();
  for (const std::string& error : errors) json.text(error);
  return {.status = 400,
          .text = to_utf8(std::string(message) + ": " + join(errors, "; ")),
          .body = json.end().end().take()};
}

std::optional<EntryRefusal> take_event(Api api, const Body& body, EntryEvents& out) {
  const Names& names = api == Api::kOldAlert ? kV1 : kV2;
  if (const auto errors = errors_of(api, names, body.json); !errors.empty())
    return invalid_event("Event object is invalid", errors);
  if (api == Api::kChange)
    take_change(body, out);
  else
    take_alert(api, names, body, out);
  return std::nullopt;
}

std::string iso_time(std::string_view text) {
  std::string time(trim(text));
  const std::size_t n = time.size();
  if (n > 15 && (time[n - 5] == '+' || time[n - 5] == '-') && time.find(':') < n - 5)
    time.insert(n - 2, ":");
  return time;
}

}  // namespace tt::portals::entry::pagerduty
