// Security alerts, which have a life cycle, and advisories, which have none.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads#dependabot_alert and following

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "portals/entry/github/payload.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

constexpr std::string_view kClosing[] = {
    "fixed", "dismissed", "auto_dismissed", "resolved", "closed_by_user", "dismiss", "resolve"};
constexpr std::string_view kClosedStates[] = {"fixed", "dismissed", "auto_dismissed", "resolved"};

template <std::size_t n>
bool is_one_of(std::string_view word, const std::string_view (&words)[n]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// By the state where the alert has one: an open one that gets an assignee is open still.
bool is_over(const Payload& payload) {
  const std::string state = payload.at("alert.state");
  return state.empty() ? is_one_of(payload.action(), kClosing) : is_one_of(state, kClosedStates);
}

/// GitHub's four levels; code scanning adds those of SARIF for rules that are no security rules.
std::string_view severity_of(std::string_view level) {
  if (level == "critical") return "critical";
  if (level == "high" || level == "error") return "error";
  if (level == "medium" || level == "moderate" || level == "warning") return "warning";
  return "notice";
}

/// "was opened", "was fixed", "was closed by a user", "was dismissed: false positive".
std::string what_happened(const Payload& payload) {
  struct Words {
    std::string_view action, words;
  };
  constexpr Words kWords[] = {
      {"created", "was found"},
      {"create", "was found"},
      {"reintroduced", "is back"},
      {"reopened", "was reopened"},
      {"reopen", "was reopened"},
      {"reopened_by_user", "was reopened"},
      {"auto_reopened", "was reopened by a rule"},
      {"auto_dismissed", "was dismissed by a rule"},
      {"closed_by_user", "was dismissed"},
      {"dismiss", "was dismissed"},
      {"resolve", "was resolved"},
      {"appeared_in_branch", "appeared in another branch"},
      {"publicly_leaked", "is publicly known"},
      {"validated", "was tried out"},
      {"assignees_changed", "has other assignees"},
      {"updated_assignment", "has other assignees"},
  };
  for (const Words& one : kWords)
    if (one.action == payload.action()) return std::string(one.words);
  return payload.action().empty() ? "changed" : "was " + headline(in_words(payload.action()), 40);
}

/// ": false positive", said by whoever closed it.
std::string reason(const Payload& payload) {
  if (!is_over(payload)) return {};
  const std::string why = headline(in_words(
      payload.first({"alert.dismissed_reason", "alert.resolution", "alert.dismiss_reason"})));
  return why.empty() ? "" : ": " + why;
}

/// `key` names the alert within the project.
void set_alert_fields(const Payload& payload, HookEvent& event, std::string_view severity,
                      const std::string& key) {
  const std::string state = payload.at("alert.state");
  event.text("kind", payload.kind(payload.event(), payload.action()));
  event.text("severity", is_over(payload) ? "notice" : severity);
  event.text("status", state.empty() ? payload.action() : state);
  event.text("timestamp", payload.action() == "created" || payload.action() == "create"
                              ? payload.time({"alert.created_at"})
                              : payload.time({"alert.updated_at", "alert.fixed_at",
                                              "alert.dismissed_at", "alert.resolved_at"}));
  event.text("view_link",
             payload.first({"alert.html_url", "alert.external_reference", "repository.html_url"}));
  if (!key.empty())
    event.text("alert_key", payload.alert_key(key))
        .text("alert_state", is_over(payload) ? "resolved" : "firing");
}

std::string numbered(std::string_view family, const std::string& number) {
  return number.empty() ? "" : fmt::format("{}:{}", family, number);
}

/// " (high severity)"
std::string rated(std::string_view level) {
  return level.empty() || level == "none" ? "" : fmt::format(" ({} severity)", headline(level, 40));
}

}  // namespace

void describe_dependabot_alert(const Payload& payload, HookEvent& event) {
  const std::string level = to_lower(
      payload.first({"alert.security_vulnerability.severity", "alert.security_advisory.severity"}));
  const std::string package = headline(payload.first(
      {"alert.dependency.package.name", "alert.security_vulnerability.package.name"}));
  const std::string summary = in_quotes(
      payload.first({"alert.security_advisory.summary", "alert.security_advisory.ghsa_id"}));
  const std::string fix =
      headline(payload.at("alert.security_vulnerability.first_patched_version.identifier"));
  event.text("message",
             fmt::format("Vulnerability{}{}{}{}{} {}{}{}", summary.empty() ? "" : " ", summary,
                         rated(level), package.empty() ? "" : " of dependency " + package,
                         payload.in_project(), what_happened(payload), reason(payload),
                         is_over(payload) || fix.empty() ? "" : "; version " + fix + " fixes it"));
  event.text("advisory",
             payload.first({"alert.security_advisory.cve_id", "alert.security_advisory.ghsa_id"}));
  set_alert_fields(payload, event, severity_of(level),
                   numbered("dependabot_alert", payload.at("alert.number")));
}

void describe_code_scanning_alert(const Payload& payload, HookEvent& event) {
  const std::string level =
      to_lower(payload.first({"alert.rule.security_severity_level", "alert.rule.severity"}));
  const std::string rule = in_quotes(payload.first({"alert.rule.description", "alert.rule.id"}));
  const std::string tool = headline(payload.at("alert.tool.name"));
  const std::string ref = payload.first({"ref", "alert.most_recent_instance.ref"});
  const std::string place = headline(payload.first(
      {"alert.most_recent_instance.location.path", "alert.instances.0.location.path"}));
  event.text("message", fmt::format("{}{}{}{}{}{} {}{}",
                                    tool.empty() ? "Code scanning alert" : tool + " alert",
                                    rule.empty() ? "" : " " + rule,
                                    rated(level == "note"      ? "low"
                                          : level == "error"   ? "high"
                                          : level == "warning" ? "medium"
                                                               : level),
                                    place.empty() ? "" : " in file " + place,
                                    ref.empty() ? "" : " on " + headline(short_ref(ref)),
                                    payload.in_project(), what_happened(payload), reason(payload)));
  event.text("ref", short_ref(ref));
  set_alert_fields(payload, event, severity_of(level),
                   numbered("code_scanning_alert", payload.at("alert.number")));
}

void describe_secret_scanning_alert(const Payload& payload, HookEvent& event) {
  const std::string what =
      headline(payload.first({"alert.secret_type_display_name", "alert.secret_type"}));
  const bool works = payload.at("alert.validity") == "active";
  const bool is_public =
      payload.flag("alert.publicly_leaked") || payload.action() == "publicly_leaked";
  event.text("message",
             fmt::format("Leaked secret{}{} {}{}{}", what.empty() ? "" : " (" + what + ")",
                         payload.in_project(), what_happened(payload), reason(payload),
                         works && !is_over(payload) ? ": it still works" : ""));
  set_alert_fields(payload, event, works || is_public ? "critical" : "error",
                   numbered("secret_scanning_alert", payload.at("alert.number")));
}

void describe_vulnerability_alert(const Payload& payload, HookEvent& event) {
  const std::string level = to_lower(payload.at("alert.severity"));
  const std::string name = headline(payload.first({"alert.external_identifier", "alert.ghsa_id"}));
  const std::string package = headline(payload.at("alert.affected_package_name"));
  const std::string fix = headline(payload.at("alert.fixed_in"));
  event.text("message",
             fmt::format("Vulnerability{}{}{}{} {}{}{}", name.empty() ? "" : " " + name,
                         rated(level), package.empty() ? "" : " of dependency " + package,
                         payload.in_project(), what_happened(payload), reason(payload),
                         is_over(payload) || fix.empty() ? "" : "; version " + fix + " fixes it"));
  event.text("advisory", name);
  set_alert_fields(payload, event, severity_of(level),
                   numbered("vulnerability_alert", payload.at("alert.id")));
}

void describe_advisory(const Payload& payload, HookEvent& event) {
  const std::string level = to_lower(payload.at("security_advisory.severity"));
  const std::string id = payload.at("security_advisory.ghsa_id");
  const std::string summary = in_quotes(payload.at("security_advisory.summary"));
  const std::string package =
      headline(payload.at("security_advisory.vulnerabilities.0.package.name"));
  event.text("kind", payload.kind(payload.event(), payload.action()));
  event.text(
      "message",
      fmt::format("Security advisory{}{}{} was {}{}", id.empty() ? "" : " " + headline(id),
                  rated(level), package.empty() ? "" : " for " + package,
                  payload.action().empty() ? "changed" : headline(in_words(payload.action())),
                  summary.empty() ? "" : ": " + summary));
  event.text("severity", payload.action() == "withdrawn" ? "notice" : severity_of(level));
  event.text("status", payload.action());
  event.text("advisory", id);
  event.text("timestamp",
             payload.time({"security_advisory.updated_at", "security_advisory.published_at"}));
  event.text("view_link",
             payload.first({"security_advisory.html_url", "security_advisory.references.0.url"}));
}

}  // namespace tt::portals::entry::github
