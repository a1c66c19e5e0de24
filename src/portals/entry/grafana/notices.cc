// Notices about one rule: its state in one word, its matches in a few numbers.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <string>

#include "base/severity.h"
#include "base/text.h"
#include "portals/entry/grafana/grafana.h"
#include "portals/kit/alerts.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::grafana {
namespace {

constexpr std::size_t kMatchesShownMax = 3;

struct State {
  std::string_view word;   ///< Grafana's.
  std::string_view what;   ///< Last part of the kind.
  std::string_view state;  ///< alert_state; empty: neither.
};

// https://github.com/grafana/grafana/blob/v8.5.0/pkg/models/alert.go: no_data, paused, alerting,
// ok, pending, unknown; the others are words of unified alerting, for templates.
constexpr State kStates[] = {
    {"alerting", "firing", "firing"},   {"firing", "firing", "firing"},
    {"ok", "resolved", "resolved"},     {"resolved", "resolved", "resolved"},
    {"normal", "resolved", "resolved"}, {"no_data", "no_data", "firing"},
    {"nodata", "no_data", "firing"},    {"pending", "pending", ""},
    {"paused", "paused", ""},
};

const State* state_of(std::string_view word) {
  for (const State& state : kStates)
    if (equal_ignoring_case(state.word, word)) return &state;
  return nullptr;
}

/// "user 97.01, system 3" of the series that made the rule fire.
std::string matches_in_words(const boost::json::value& body) {
  const boost::json::array* matches = list_at(body, "evalMatches");
  std::string words;
  if (!matches) return words;
  for (std::size_t i = 0; i < matches->size() && i < kMatchesShownMax; ++i) {
    const boost::json::value& match = (*matches)[i];
    const auto value = number_at(match, "value");
    if (!value || !std::isfinite(*value)) continue;
    words += fmt::format("{}{} {:.6g}", words.empty() ? "" : ", ",
                         one_line(text_at(match, "metric"), 60), *value);
  }
  if (matches->size() > kMatchesShownMax)
    words += fmt::format(" and {} more", matches->size() - kMatchesShownMax);
  return std::string(trim(words));
}

/// Title without the mark of the state: "[Alerting] CPU alert".
std::string_view bare_title(std::string_view title) {
  title = trim(title);
  const std::size_t end = title.find("] ");
  return title.starts_with('[') && end != std::string_view::npos ? trim(title.substr(end + 2))
                                                                 : title;
}

std::string_view first_text(const boost::json::value& body,
                            std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const std::string_view text = trim(text_at(body, name)); !text.empty()) return text;
  return {};
}

/// Severity is the same while it fires and when it is over, so that rules that ask for it see both.
std::string_view severity_of(const boost::json::value& body) {
  for (const std::string_view path : {"severity", "tags.severity", "commonLabels.severity"})
    if (const auto word = normalise_severity(any_text_at(body, path)); !word.empty()) return word;
  return "warning";
}

}  // namespace

bool is_channel_notice(const boost::json::value& body) {
  return find_at(body, "ruleName") || find_at(body, "ruleId") || find_at(body, "evalMatches");
}

HookEvent channel_event(const boost::json::value& body) {
  const std::string_view word = trim(text_at(body, "state"));
  const State* state = state_of(word);
  std::string rule = one_line(first_text(body, {"ruleName"}));
  if (rule.empty()) rule = one_line(bare_title(text_at(body, "title")));
  std::string text = one_line(text_at(body, "message"));
  if (const std::string matches = matches_in_words(body); !matches.empty())
    text += text.empty() ? matches : fmt::format(" ({})", matches);
  const std::string instance = any_text_at(body, "evalMatches.0.tags.instance");
  const boost::json::array* matches = list_at(body, "evalMatches");
  const bool is_one = matches && matches->size() == 1;
  const std::string_view what = state ? state->what : "";

  HookEvent event;
  event.text("kind", fmt::format("urn:grafana:alert{}{}", what.empty() ? "" : ":", what));
  event.text("severity", severity_of(body));
  std::string message;
  if (what == "firing" || what == "resolved" || what.empty()) {
    message = alert_sentence(rule, is_one ? one_line(instance, 120) : "", text, what == "resolved");
  } else {
    message = fmt::format("{} {}{}{}", rule.empty() ? "An alert" : rule,
                          what == "no_data" ? "has no data" : fmt::format("is {}", what),
                          text.empty() ? "" : ": ", text);
  }
  event.text("message", message);
  const std::string_view url = first_text(body, {"ruleUrl", "rule_url"});
  event.text("source", "urn:grafana").text("source", place_of(url));
  event.text("view_link", web_link(url)).text("status", word);
  if (is_one) event.text("host", host_of(instance));
  std::string id = any_text_at(body, "ruleId");
  if (id.empty()) id = rule;
  if (!id.empty()) event.text("alert_key", fmt::format("grafana:{}:rule:{}", host_of(url), id));
  if (state) event.text("alert_state", state->state);
  event.text("alert_name", rule);
  return event;
}

HookEvent templated_event(const boost::json::value& value, const HookBody& body) {
  const std::string_view word = first_text(value, {"state", "status", "alert_state"});
  const State* state = state_of(word);
  const std::string name = one_line(bare_title(first_text(value, {"title", "alertname", "name"})));
  const std::string text =
      one_line(first_text(value, {"message", "text", "summary", "description", "body", "content"}));
  if (name.empty() && text.empty() && !state) {
    HookEvent event = unknown_hook("grafana", "Grafana sent a notification", body);
    return event.text("kind", "urn:grafana:notification");
  }
  HookEvent event;
  event.text("kind", state ? fmt::format("urn:grafana:alert:{}", state->what)
                           : std::string("urn:grafana:notification"));
  event.text("severity", severity_of(value));
  const bool is_over = state && state->state == "resolved";
  event.text("message", state || !text.empty() ? alert_sentence(name, "", text, is_over) : name);
  event.text("source", "urn:grafana").text("source", place_of(text_at(value, "externalURL")));
  event.text("view_link", web_link(first_text(
                              value, {"panelURL", "dashboardURL", "generatorURL", "url", "link"})));
  if (!is_over) event.text("ack_link", web_link(text_at(value, "silenceURL")));
  event.text("status", word);
  event.text("alert_key", first_text(value, {"fingerprint", "alert_key", "groupKey"}));
  if (state) event.text("alert_state", state->state);
  return event;
}

}  // namespace tt::portals::entry::grafana
