// Entry portal: the part of Alertmanager's API that Prometheus and its kin push alerts to.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "portals/kit/alerts.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::prometheus {
namespace {

constexpr std::size_t kAlertsMax = 10'000;  // Prometheus sends 256 at a time.
constexpr std::size_t kFaultsShownMax = 5;

// Alertmanager's own `resolve_timeout`, for senders that give no `endsAt`.
constexpr std::int64_t kResolveAfterNs = 300 * kNsPerSec;

struct Config {
  std::string path = "/prometheus";
  std::optional<config::Duration> repeat;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path,
                      "What Prometheus calls `path_prefix`: alerts are posted to `/api/v2/alerts` "
                      "below it."),
        repeat_field(&Config::repeat),
    };
  }
};

AlertSender sender() { return {.system = "prometheus", .name = "Prometheus", .url = {}}; }

/// Errors of this API are JSON strings:
/// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
EntryRefusal bad_request(const std::string& text) {
  return {.status = 400, .text = text, .body = json_string(text)};
}

bool has_texts_only(const boost::json::value& alert, std::string_view name) {
  const boost::json::value* found = find_at(alert, name);
  const boost::json::object* map = found ? found->if_object() : nullptr;
  if (!found || found->is_null()) return true;
  return map && std::all_of(map->begin(), map->end(),
                            [](const auto& one) { return one.value().is_string(); });
}

bool is_time_or_none(const boost::json::value& alert, std::string_view name) {
  const boost::json::value* found = find_at(alert, name);
  if (!found || found->is_null()) return true;
  return found->is_string() && parse_time(text_at(alert, name));
}

/// What Alertmanager would refuse the alert for, or nothing:
/// https://github.com/prometheus/common/blob/main/model/alert.go, Validate.
std::string fault_of(const boost::json::value& alert) {
  if (!alert.is_object()) return "an alert is a JSON object";
  for (const std::string_view name : {"labels", "annotations"})
    if (!has_texts_only(alert, name))
      return fmt::format("{} is an object whose values are strings", name);
  if (alert_fingerprint(alert).empty()) return "at least one label pair required";
  for (const std::string_view name : {"startsAt", "endsAt"})
    if (!is_time_or_none(alert, name)) return fmt::format("{} is not a date-time", name);
  const auto start = alert_time(alert, "startsAt"), end = alert_time(alert, "endsAt");
  if (start && end && *end < *start) return "start time must be before end time";
  return {};
}

/// Alerts that are right are kept when others of the same request are not, as Alertmanager does.
std::optional<EntryRefusal> take_alerts(const EntryRequest& request, const DecodeContext& context,
                                        EntryEvents& out) {
  const HookBody body = read_hook_body(request.body);
  const boost::json::array* alerts = body.json ? body.json->if_array() : nullptr;
  if (!alerts) return bad_request("the body is not a JSON list of alerts");
  if (alerts->size() > kAlertsMax)
    return bad_request(fmt::format("more than {} alerts in one request", kAlertsMax));
  std::string faults;
  std::vector<event::Rejected> rejected;
  for (std::size_t i = 0; i < alerts->size(); ++i) {
    const std::string fault = fault_of((*alerts)[i]);
    if (fault.empty()) continue;
    if (rejected.size() < kFaultsShownMax)
      faults += fmt::format("{}alert {}: {}", faults.empty() ? "" : "; ", i, fault);
    rejected.push_back({i, fault});
  }
  if (rejected.empty()) {
    add_alerts(*alerts, sender(), 0, "", request, context, out, nullptr);
    return std::nullopt;
  }
  if (rejected.size() == alerts->size()) return bad_request(faults);
  boost::json::array good;
  for (std::size_t i = 0, bad = 0; i < alerts->size(); ++i)
    if (bad < rejected.size() && rejected[bad].index == i)
      ++bad;
    else
      good.push_back((*alerts)[i]);
  add_alerts(good, sender(), 0, "", request, context, out, nullptr);
  out.rejected = std::move(rejected);
  out.reply = std::make_unique<net::HttpAnswer>(
      net::HttpAnswer{.status = 400, .body = json_string(faults), .headers = {}});
  return std::nullopt;
}

/// The path itself is no part of that API: what is posted there is a hook like any other.
std::optional<EntryRefusal> take_hook(const EntryRequest& request, const DecodeContext& context,
                                      EntryEvents& out) {
  const HookBody body = read_hook_body(request.body);
  const boost::json::array* alerts = body.json ? alerts_of(*body.json) : nullptr;
  if (alerts) {
    add_alerts(*alerts, sender(), int_at(*body.json, "truncatedAlerts"), "", request, context, out,
               nullptr);
    return std::nullopt;
  }
  const bool is_one = body.json && is_alert(*body.json);
  add_hook_event(out.events,
                 is_one ? alert_event(*body.json, sender(), request.now_ns)
                        : unknown_hook("prometheus", "Prometheus sent a hook without alerts", body),
                 body.raw(), context, request.now_ns);
  return std::nullopt;
}

/// Version 0.27.0 is the one whose API this is: clients choose their dialect by it.
std::string status_json(WallNs now_ns) {
  JsonWriter json;
  json.map().key("cluster").map().key("status").text("disabled").key("peers").list().end().end();
  json.key("config").map().key("original").text("# time-tunnel, not an Alertmanager\n").end();
  json.key("uptime").text(format_time(now_ns)).key("versionInfo").map();
  json.key("version").text("0.27.0").key("revision").text("").key("branch").text("time-tunnel");
  json.key("buildUser").text("").key("buildDate").text("").key("goVersion").text("");
  return json.end().end().take();
}

struct Page {
  std::string_view path;
  std::string_view content_type;
  std::string_view body;
};

// What amtool, karma and health checks ask an Alertmanager for. There is nothing to list: alerts
// are events here, silences are rules.
// https://prometheus.io/docs/alerting/latest/management_api/
constexpr Page kPages[] = {
    {"/-/healthy", "text/plain", "OK"},
    {"/-/ready", "text/plain", "OK"},
    {"/api/v2/alerts", "application/json", "[]"},
    {"/api/v2/alerts/groups", "application/json", "[]"},
    {"/api/v2/silences", "application/json", "[]"},
    {"/api/v2/receivers", "application/json", R"([{"name":"time-tunnel"}])"},
    {"", "text/plain", "Prometheus finds an Alertmanager here: this path is its path_prefix.\n"},
};

net::HttpAnswer answer_other(const EntryRequest& request, std::string_view path) {
  const bool is_get = request.method != "POST";
  if (is_get && path == "/api/v2/status")
    return {.body = status_json(request.now_ns), .headers = {}};
  for (const Page& page : kPages)
    if (is_get && page.path == path)
      return {.content_type = page.content_type, .body = std::string(page.body), .headers = {}};
  if (!is_get && path == "/api/v2/silences")
    return {.status = 400,
            .body = json_string("time-tunnel keeps no silences; write a rule instead"),
            .headers = {}};
  return {
      .status = 404, .body = json_string("no such part of Alertmanager's API here"), .headers = {}};
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  std::string_view path = request.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  const bool is_post = request.method == "POST";
  if (is_post && path == "/api/v2/alerts") return take_alerts(request, context, out);
  if (is_post && path.empty()) return take_hook(request, context, out);
  out.reply = std::make_unique<net::HttpAnswer>(answer_other(request, path));
  return std::nullopt;
}

AlertTelling alerts(const Config& c) {
  return {.repeat_ns = c.repeat ? c.repeat->ns : 0, .ends_after_ns = kResolveAfterNs};
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "prometheus",
      .summary = "Takes alerts from Prometheus as an Alertmanager would.",
      .security =
          "Hardened against untrusted senders; set `auth`, else anyone who reaches the path can "
          "invent and resolve alerts. Gives nothing away that it was sent.",
      .example = "type: prometheus\npath: /prometheus\nauth: {bearer: {env: PROMETHEUS_TOKEN}}\n",
      .methods = "POST GET",
      .kinds = {{"urn:prometheus:alert:firing", "an alert fires, or still does", kAlertSeverities,
                 kAlertFields},
                {"urn:prometheus:alert:resolved", "an alert is over", kAlertSeverities,
                 kAlertFields},
                {"urn:prometheus:alerts:truncated",
                 "a notification, posted to the path itself, left alerts out", "warning",
                 "view_link truncated_alerts"},
                {"urn:prometheus:unknown", "a body without alerts, posted to the path itself",
                 "info", ""}},
      .decode = decode,
      .alerts = alerts,
  });
  return made;
}

}  // namespace tt::portals::entry::prometheus
