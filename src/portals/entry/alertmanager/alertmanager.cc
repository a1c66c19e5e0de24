// Entry portal: Alertmanager's webhook, one event for each alert of a notification.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/alerts.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::alertmanager {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kLinkBytesMax = 2000;

struct Config {
  std::string path = "/hooks/alertmanager";
  std::optional<config::Duration> repeat;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the notifications are posted to."),
        repeat_field(&Config::repeat),
    };
  }
};

/// The page of Alertmanager that silences this alert, filled in. As its own user interface writes
/// it:
/// https://github.com/prometheus/alertmanager/blob/main/ui/app/src/Views/SilenceForm/Parsing.elm
std::string silence_link(std::string_view url, const boost::json::value& alert) {
  const boost::json::object* labels = map_at(alert, "labels");
  if (!labels || labels->empty() || web_link(url).empty()) return {};
  std::string filter;
  for (const auto& [name, value] : *labels) {
    std::string text = any_text_at(value, "");
    if (text.size() > kLinkBytesMax) return {};
    for (std::size_t at = 0; (at = text.find_first_of("\"\\", at)) != std::string::npos; at += 2)
      text.insert(at, 1, '\\');
    filter += fmt::format("{}{}=\"{}\"", filter.empty() ? "" : ", ", std::string_view(name), text);
    if (filter.size() > kLinkBytesMax) return {};
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return fmt::format("{}/#/silences/new?filter={}", url, percent_encode("{" + filter + "}"));
}

// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const HookBody body = read_hook_body(request.body);
  const boost::json::array* alerts = body.json ? alerts_of(*body.json) : nullptr;
  if (!alerts) {
    add_hook_event(out.events,
                   unknown_hook("alertmanager", "Alertmanager sent a hook without alerts", body),
                   body.raw(), context, request.now_ns);
    return std::nullopt;
  }
  const boost::json::value& notice = *body.json;
  const AlertSender sender{
      .system = "alertmanager", .name = "Alertmanager", .url = sender_url(notice)};
  const std::string_view receiver = clip_bytes(text_at(notice, "receiver"), kNameBytesMax);
  const std::string group_key(clip_bytes(any_text_at(notice, "groupKey"), kNameBytesMax));
  add_alerts(*alerts, sender, int_at(notice, "truncatedAlerts"),
             labels_in_words(notice, "groupLabels"), request, context, out,
             [&](const boost::json::value& alert, HookEvent& event) {
               if (!is_alert_over(alert, request.now_ns))
                 event.text("ack_link", silence_link(sender.url, alert));
               event.text("receiver", receiver).text("group_key", group_key);
             });
  return std::nullopt;
}

const std::string& alert_fields() {
  static const std::string fields = std::string(kAlertFields) + " ack_link receiver group_key";
  return fields;
}

AlertTelling alerts(const Config& c) { return {.repeat_ns = c.repeat ? c.repeat->ns : 0}; }

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "alertmanager",
      .summary = "Takes the webhook notifications of Prometheus' Alertmanager.",
      .security =
          "Hardened against untrusted senders; set `auth`, else anyone who reaches the path can "
          "invent and resolve alerts.",
      .example = "type: alertmanager\npath: /hooks/alertmanager\n"
                 "auth: {bearer: {env: ALERTMANAGER_TOKEN}}\n",
      .kinds = {{"urn:alertmanager:alert:firing", "an alert fires, or still does", kAlertSeverities,
                 alert_fields()},
                {"urn:alertmanager:alert:resolved", "an alert is over", kAlertSeverities,
                 alert_fields()},
                {"urn:alertmanager:alerts:truncated", "a notification left alerts out", "warning",
                 "view_link truncated_alerts"},
                {"urn:alertmanager:unknown", "a hook that holds no alert", "info", ""}},
      .decode = decode,
      .alerts = alerts,
  });
  return made;
}

}  // namespace tt::portals::entry::alertmanager
