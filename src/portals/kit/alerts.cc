// What an alert is called, where it is, how bad it is and whether it is over.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals {

namespace json = boost::json;

namespace {

constexpr std::size_t kAlertsMax = 10'000;
constexpr std::size_t kKeyBytesMax = 255;
constexpr std::size_t kSenderUrlBytesMax = 2000;
constexpr std::size_t kPlaceRunesMax = 120;
constexpr std::size_t kLabelsShownMax = 5;
// An alert without a severity of its own still is one.
constexpr std::string_view kDefaultSeverity = "warning";

std::string member(const json::object* map, std::string_view name) {
  const json::value* value = map ? map->if_contains(name) : nullptr;
  return value ? any_text_at(*value, "") : std::string();
}

std::string annotation(const json::value& alert, std::string_view name) {
  return member(map_at(alert, "annotations"), name);
}

/// `severity` is the custom of https://prometheus.io/docs/alerting/latest/configuration/; the
/// always firing Watchdog of the Prometheus operator carries `none`.
std::string_view severity_of(const json::value& alert) {
  for (const std::string& word :
       {alert_label(alert, {"severity"}), alert_label(alert, {"level"}),
        annotation(alert, "severity"), alert_label(alert, {"priority"})}) {
    if (const auto known = normalise_severity(word); !known.empty()) return known;
    if (equal_ignoring_case(word, "none")) return "info";
  }
  return kDefaultSeverity;
}

/// Grafana's alerts on its own data sources name the rule in a label:
/// https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/nodata-and-error-states/
std::string name_of(const json::value& alert) {
  const std::string name = alert_label(alert, {"alertname"}),
                    rule = alert_label(alert, {"rulename"});
  if (!rule.empty() && name == "DatasourceNoData") return "No data for " + one_line(rule);
  if (!rule.empty() && name == "DatasourceError")
    return "Error of the data source of " + one_line(rule);
  return one_line(name.empty() ? text_at(alert, "title") : name);
}

/// What a person would read first.
std::string text_of(const json::value& alert) {
  for (const std::string_view name : {"summary", "description", "message"})
    if (std::string text = annotation(alert, name); !trim(text).empty()) return text;
  for (const std::string_view name : {"summary", "description", "message"})
    if (const std::string_view text = text_at(alert, name); !trim(text).empty())
      return std::string(text);
  return {};
}

}  // namespace

std::string alert_fingerprint(const json::value& alert) {
  // https://github.com/prometheus/common/blob/main/model/signature.go: names in order of their
  // bytes, name and value each followed by 0xff. Alertmanager drops empty values before.
  const json::object* labels = map_at(alert, "labels");
  std::vector<std::pair<std::string_view, std::string>> sorted;
  if (labels)
    for (const auto& [name, value] : *labels)
      if (std::string text = any_text_at(value, ""); !text.empty())
        sorted.emplace_back(std::string_view(name), std::move(text));
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  // http://www.isthe.com/chongo/tech/comp/fnv/
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  const auto add = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  };
  for (const auto& [name, value] : sorted) {
    add(name);
    add("\xff");
    add(value);
    add("\xff");
  }
  return fmt::format("{:016x}", hash);
}

std::string sender_url(const json::value& notice) {
  const std::string_view url = text_at(notice, "externalURL");
  return url.size() <= kSenderUrlBytesMax ? std::string(url) : std::string();
}

bool is_alert(const json::value& value) {
  return map_at(value, "labels") || map_at(value, "annotations");
}

const json::array* alerts_of(const json::value& body) {
  const json::array* list = body.is_array() ? body.if_array() : list_at(body, "alerts");
  return list && std::any_of(list->begin(), list->end(), is_alert) ? list : nullptr;
}

std::optional<WallNs> alert_time(const json::value& alert, std::string_view name) {
  const std::string_view text = text_at(alert, name);
  if (text.starts_with("0001-01-01T00:00:00")) return std::nullopt;
  return parse_time(text);
}

bool is_alert_over(const json::value& alert, WallNs now_ns) {
  const std::string_view status = text_at(alert, "status");
  if (equal_ignoring_case(status, "resolved")) return true;
  if (equal_ignoring_case(status, "firing")) return false;
  const auto end = alert_time(alert, "endsAt");
  return end && *end <= now_ns;
}

std::string alert_label(const json::value& alert, std::initializer_list<std::string_view> names) {
  const json::object* labels = map_at(alert, "labels");
  for (const std::string_view name : names)
    if (std::string text = member(labels, name); !text.empty()) return text;
  return {};
}

std::string alert_sentence(std::string_view name, std::string_view where, std::string_view text,
                           bool is_over) {
  const bool is_told = where.empty() || name.find(where) != std::string_view::npos ||
                       text.find(where) != std::string_view::npos;
  const std::string on = is_told ? "" : fmt::format(" on {}", where);
  if (text.empty())
    return fmt::format("{}{} is {}", name.empty() ? "An alert" : name, on,
                       is_over ? "resolved" : "firing");
  std::string told;
  if (!name.empty() && !text.starts_with(name)) {
    told = fmt::format("{}{}: {}", name, on, text);
  } else {
    if (!on.empty() && text.ends_with('.')) text.remove_suffix(1);
    told = fmt::format("{}{}", text, on);
  }
  return is_over ? "Resolved: " + told : told;
}

std::string host_of(std::string_view instance) {
  if (const std::size_t scheme = instance.find("://"); scheme != std::string_view::npos)
    instance.remove_prefix(scheme + 3);
  instance = instance.substr(0, instance.find_first_of("/?#"));
  if (const std::size_t user = instance.rfind('@'); user != std::string_view::npos)
    instance.remove_prefix(user + 1);
  if (instance.starts_with('[')) {
    const std::size_t end = instance.find(']');
    return std::string(instance.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  const std::size_t colon = instance.find(':');
  // More than one colon: an IPv6 address without brackets.
  if (instance.find(':', colon + 1) != std::string_view::npos && colon != std::string_view::npos)
    return std::string(instance);
  return std::string(instance.substr(0, colon));
}

std::string_view web_link(std::string_view url) {
  url = trim(url);
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view name = url.substr(0, scheme);
  const bool is_web = equal_ignoring_case(name, "http") || equal_ignoring_case(name, "https");
  return is_web ? url : std::string_view{};
}

std::string_view place_of(std::string_view url) {
  url = web_link(url);
  url = url.substr(0, url.find_first_of("?#"));
  if (url.ends_with("/graph")) url.remove_suffix(6);
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

HookEvent alert_event(const json::value& alert, const AlertSender& sender, WallNs now_ns) {
  const bool is_over = is_alert_over(alert, now_ns);
  const std::string_view state = is_over ? "resolved" : "firing";
  const std::string instance = alert_label(alert, {"instance"});
  const std::string host = alert_label(alert, {"host", "hostname", "nodename", "node"});
  const std::string text = text_of(alert), name = name_of(alert);
  const std::string where = one_line(instance.empty() ? host : instance, kPlaceRunesMax);
  const std::string_view generator = text_at(alert, "generatorURL");

  HookEvent event;
  event.text("kind", fmt::format("urn:{}:alert:{}", sender.system, state));
  event.text("severity", severity_of(alert));
  event.text("message", alert_sentence(name, where, one_line(text), is_over));
  // What made the alert is a more exact place than who passed it on.
  event.text("source", fmt::format("urn:{}", sender.system)).text("source", place_of(sender.url));
  event.text("source", place_of(generator));
  const std::string_view time = is_over ? "endsAt" : "startsAt";
  if (alert_time(alert, time)) event.text("timestamp", text_at(alert, time));
  event.text("view_link", web_link(generator));
  event.text("project", alert_label(alert, {"project", "namespace", "grafana_folder"}));
  event.text("service", alert_label(alert, {"service", "service_name", "app", "application",
                                            "app_kubernetes_io_name", "job"}));
  event.text("host", host.empty() ? host_of(instance) : host);
  event.text("status", state).text("alert_state", state);
  const std::string_view fingerprint = text_at(alert, "fingerprint");
  event.text("alert_key", fingerprint.empty() ? alert_fingerprint(alert)
                                              : std::string(clip_bytes(fingerprint, kKeyBytesMax)));
  event.text("alert_name", alert_label(alert, {"alertname"}));
  if (const std::string more = annotation(alert, "description"); more != text)
    event.text("description", more);
  event.text("runbook_url", annotation(alert, "runbook_url"));
  return event;
}

void add_alerts(const json::array& alerts, const AlertSender& sender, std::int64_t left_out,
                std::string_view group, const EntryRequest& request, const DecodeContext& context,
                EntryEvents& out, const AlertFinish& finish) {
  left_out = std::clamp<std::int64_t>(left_out, 0, 1'000'000'000);
  std::size_t added = 0;
  for (const json::value& alert : alerts) {
    if (!is_alert(alert)) continue;
    if (added == kAlertsMax) {
      ++left_out;
      continue;
    }
    HookEvent event = alert_event(alert, sender, request.now_ns);
    if (finish) finish(alert, event);
    add_hook_event(out.events, event, json_text(alert), context, request.now_ns);
    out.alert_times.push_back(
        {alert_time(alert, "startsAt").value_or(0), alert_time(alert, "endsAt").value_or(0)});
    ++added;
  }
  if (left_out == 0) return;
  HookEvent event;
  event.text("kind", fmt::format("urn:{}:alerts:truncated", sender.system));
  event.text("severity", "warning");
  event.text("message", fmt::format("{} left {} out of a notification{}{}{}, beyond its limit",
                                    sender.name, counted(left_out, "more alert"),
                                    group.empty() ? "" : " (", group, group.empty() ? "" : ")"));
  event.text("source", fmt::format("urn:{}", sender.system)).text("source", place_of(sender.url));
  event.text("view_link", web_link(sender.url));
  event.number("truncated_alerts", left_out);
  add_hook_event(out.events, event, {}, context, request.now_ns);
}

std::string labels_in_words(const json::value& body, std::string_view path) {
  const json::object* labels = map_at(body, path);
  std::string words;
  std::size_t shown = 0;
  if (labels)
    for (const auto& [name, value] : *labels) {
      if (++shown > kLabelsShownMax) break;
      words += fmt::format("{}{}={}", words.empty() ? "" : ", ", std::string_view(name),
                           any_text_at(value, ""));
    }
  return one_line(words);
}

}  // namespace tt::portals
