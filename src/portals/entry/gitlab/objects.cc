// Wiki pages, releases, flags, tokens, vulnerabilities and milestones.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {

void describe_wiki_page(const Payload& payload, HookEvent& event) {
  const std::string action = past_tense(payload.at("object_attributes.action"));
  std::string message =
      fmt::format("{} {} wiki page{}{}", payload.actor_name(), action.empty() ? "changed" : action,
                  quoted(payload.at("object_attributes.title")), payload.in_project());
  if (const std::string why = headline(payload.at("object_attributes.message")); !why.empty())
    message += ": " + why;
  event.text("kind", kind_of("wiki_page", action));
  event.text("message", message);
  event.text("view_link", payload.first({"object_attributes.url", "wiki.web_url"}));
}

void describe_release(const Payload& payload, HookEvent& event) {
  const std::string action = past_tense(payload.at("action"));
  const std::string name = payload.first({"name", "tag"});
  const std::string tag = payload.at("tag");
  event.text("kind", kind_of("release", action));
  const std::string about = headline(payload.at("description"));
  event.text("message",
             fmt::format("Release {}{}{} was {}{}", name,
                         tag.empty() || tag == name ? "" : " (" + tag + ")", payload.in_project(),
                         action.empty() ? "changed" : action, about.empty() ? "" : ": " + about));
  event.text("ref", tag).text("status", action);
  // A hook about a change does not say when that was; the release is older.
  if (action == "created") event.text("timestamp", iso_time(payload.at("created_at")));
  event.text("view_link", payload.first({"url", "project.web_url"}));
}

void describe_feature_flag(const Payload& payload, HookEvent& event) {
  const bool is_on = payload.flag("object_attributes.active");
  event.text("kind", std::string("urn:gitlab:feature_flag:") + (is_on ? "on" : "off"));
  event.text("message", fmt::format("{} turned feature flag {} {}{}", payload.actor_name(),
                                    payload.at("object_attributes.name"), is_on ? "on" : "off",
                                    payload.in_project()));
  event.text("status", is_on ? "on" : "off");
  if (const std::string url = payload.project_url(); !url.empty())
    event.text("view_link", url + "/-/feature_flags");
}

void describe_access_token(const Payload& payload, HookEvent& event) {
  const std::string where = payload.first(
      {"project.path_with_namespace", "group.group_path", "group.full_path", "group.group_name"});
  const std::string name = payload.at("object_attributes.name");
  const std::string expires = payload.at("object_attributes.expires_at");
  event.text("kind", "urn:gitlab:access_token:expiring").text("severity", "warning");
  event.text("message", fmt::format("Access token{}{} expires{}", quoted(name),
                                    where.empty() ? "" : " of " + where,
                                    expires.empty() ? " soon" : " on " + expires));
  event.text("status", "expiring").text("group", payload.group());
  const std::string url = payload.first({"project.web_url", "group.web_url"});
  if (!url.empty()) event.text("view_link", url + "/-/settings/access_tokens");
}

void describe_vulnerability(const Payload& payload, HookEvent& event) {
  const std::string severity = to_lower(payload.at("object_attributes.severity"));
  const std::string state = to_lower(payload.at("object_attributes.state"));
  event.text("kind", kind_of("vulnerability", state));
  const bool is_rated = !severity.empty() && severity != "unknown";
  event.text("message", fmt::format("Vulnerability{}{}{} was {}",
                                    quoted(payload.at("object_attributes.title")),
                                    is_rated ? " (" + severity + " severity)" : "",
                                    payload.in_project(), state.empty() ? "reported" : state));
  const bool is_over = state == "resolved" || state == "dismissed";
  event.text("severity", is_over                  ? "notice"
                         : severity == "critical" ? "critical"
                         : severity == "high"     ? "error"
                         : severity == "medium"   ? "warning"
                                                  : "notice");
  event.text("status", state);
  event.text(
      "timestamp",
      iso_time(payload.first({"object_attributes.updated_at", "object_attributes.created_at"})));
  event.text("view_link", payload.at("object_attributes.url"));
  const std::string url = payload.at("object_attributes.url");
  if (url.empty()) return;
  event.text("alert_key", "gitlab:vulnerability:" + url);
  event.text("alert_state", is_over ? "resolved" : "firing");
}

void describe_milestone(const Payload& payload, HookEvent& event) {
  const std::string action = past_tense(payload.first({"action", "object_attributes.action"}));
  event.text("kind", kind_of("milestone", action));
  event.text(
      "message",
      fmt::format("{} {} milestone{}{}", payload.actor_name(), action.empty() ? "changed" : action,
                  quoted(payload.at("object_attributes.title")), payload.in_project()));
  event.text("status", payload.at("object_attributes.state"));
  event.text("timestamp", iso_time(payload.at("object_attributes.updated_at")));
  if (const std::string url = payload.project_url(); !url.empty())
    event.text("view_link", url + "/-/milestones/" + payload.at("object_attributes.iid"));
}

}  // namespace tt::portals::entry::gitlab
