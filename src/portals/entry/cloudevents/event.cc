// From a CloudEvent to the tunnel's event: what people read, and what rules look for.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/cloudevents/cloud_event.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::cloudevents {
namespace {

constexpr std::size_t kMessageRunesMax = 4'000;

/// Members of the data that are fields of the event when the sender uses our names.
constexpr std::string_view kFields[] = {"ack_link", "project", "actor",     "status",
                                        "host",     "service", "alert_key", "alert_state"};
constexpr std::string_view kMessages[] = {"message", "msg",         "text",   "summary",
                                          "title",   "description", "subject"};
constexpr std::string_view kLinks[] = {"view_link", "html_url", "web_url", "url"};

/// https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/severity.md: numbers as in
/// OpenTelemetry, four to a level.
std::string_view severity_of_number(std::string_view text) {
  constexpr std::array<std::string_view, 6> kLevels{"debug",   "debug", "info",
                                                    "warning", "error", "critical"};
  const auto number = parse_u64(text);
  return number && *number >= 1 && *number <= 24 ? kLevels[(*number - 1) / 4] : "";
}

std::string data_text(const CloudEvent& event, std::string_view name) {
  return event.data && event.data->is_object() ? any_text_at(*event.data, name) : "";
}

std::string_view severity_of(const CloudEvent& event) {
  for (const std::string_view found : {normalise_severity(event.attribute("severitytext")),
                                       severity_of_number(event.attribute("severitynumber")),
                                       normalise_severity(data_text(event, "severity")),
                                       normalise_severity(data_text(event, "level"))})
    if (!found.empty()) return found;
  return "info";
}

/// What the sender wrote for people, or nothing.
std::string own_message(const CloudEvent& event) {
  if (!event.data) return "";
  if (event.data->is_string()) {
    const std::string_view text = trim(text_at(*event.data, ""));
    // Markup is for programs.
    return text.starts_with('<') ? "" : std::string(text);
  }
  for (const std::string_view name : kMessages)
    if (const std::string_view text = trim(text_at(*event.data, name)); !text.empty())
      return std::string(text);
  return "";
}

std::string message_of(const CloudEvent& event) {
  std::string message = own_message(event);
  if (message.empty()) {
    message =
        std::string(event.attribute("type")) + " from " + std::string(event.attribute("source"));
    if (const std::string_view subject = trim(event.attribute("subject")); !subject.empty())
      message.append(": ").append(subject);
  }
  return clip_runes(message, kMessageRunesMax);
}

std::string kind_of(std::string_view type) {
  if (equal_ignoring_case(type.substr(0, 4), "urn:")) return std::string(type);
  return "urn:cloudevents:" + std::string(type);
}

}  // namespace

void add_event(const CloudEvent& event, const DecodeContext& context, WallNs now_ns,
               EntryEvents& out) {
  HookEvent made;
  made.text("timestamp", event.attribute("time")).text("kind", kind_of(event.attribute("type")));
  made.text("message", message_of(event)).text("source", event.attribute("source"));
  made.text("severity", severity_of(event));
  for (const std::string_view name : kLinks)
    if (const std::string link = data_text(event, name); link.starts_with("http")) {
      made.text("view_link", link);
      break;
    }
  for (const std::string_view name : kFields) made.text(name, data_text(event, name));
  made.text("subject", event.attribute("subject"));
  add_hook_event(out.events, made, event.json, context, now_ns);
}

}  // namespace tt::portals::entry::cloudevents
