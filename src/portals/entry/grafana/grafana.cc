// Entry portal: Grafana's webhook contact point, and the notification channel of old versions.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/grafana/grafana.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/utf8.h"
#include "portals/kit/alerts.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::grafana {
namespace {

constexpr std::size_t kNameBytesMax = 256;

struct Config {
  std::string path = "/hooks/grafana";

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the contact point posts to."),
    };
  }
};

/// Where people look and where they silence, as Grafana itself links them.
void add_links(const boost::json::value& alert, HookEvent& event, bool is_over) {
  for (const std::string_view name : {"generatorURL", "dashboardURL", "panelURL"})
    event.text("view_link", web_link(text_at(alert, name)));
  if (!is_over) event.text("ack_link", web_link(text_at(alert, "silenceURL")));
}

void take_alerts(const boost::json::value& notice, const boost::json::array& alerts,
                 const EntryRequest& request, const DecodeContext& context, EntryEvents& out) {
  const AlertSender sender{.system = "grafana", .name = "Grafana", .url = sender_url(notice)};
  const std::string_view receiver = clip_bytes(text_at(notice, "receiver"), kNameBytesMax);
  const std::string group_key(clip_bytes(any_text_at(notice, "groupKey"), kNameBytesMax));
  add_alerts(alerts, sender, int_at(notice, "truncatedAlerts"),
             labels_in_words(notice, "groupLabels"), request, context, out,
             [&](const boost::json::value& alert, HookEvent& event) {
               add_links(alert, event, is_alert_over(alert, request.now_ns));
               event.text("receiver", receiver).text("group_key", group_key);
             });
}

// https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
// A contact point may have a payload template of its own, so any JSON may come.
std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const HookBody body = read_hook_body(request.body);
  if (const boost::json::array* alerts = body.json ? alerts_of(*body.json) : nullptr) {
    take_alerts(*body.json, *alerts, request, context, out);
    return std::nullopt;
  }
  HookEvent event;
  if (!body.json || !body.json->is_object()) {
    event = unknown_hook("grafana", "Grafana sent a hook that is no JSON object", body);
  } else if (is_alert(*body.json)) {
    event = alert_event(*body.json, {.system = "grafana", .name = "Grafana", .url = {}},
                        request.now_ns);
    add_links(*body.json, event, is_alert_over(*body.json, request.now_ns));
  } else if (is_channel_notice(*body.json)) {
    event = channel_event(*body.json);
  } else {
    event = templated_event(*body.json, body);
  }
  add_hook_event(out.events, event, body.raw(), context, request.now_ns);
  return std::nullopt;
}

const std::string& alert_fields() {
  static const std::string fields = std::string(kAlertFields) + " ack_link receiver group_key";
  return fields;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "grafana",
      .summary = "Takes the alerts of Grafana's webhook contact points and notification channels.",
      .security = "Hardened against untrusted senders; set `verify: {scheme: grafana}` or `auth`, "
                  "else anyone who reaches the path can invent and resolve alerts.",
      .example = "type: grafana\npath: /hooks/grafana\n"
                 "verify: {scheme: grafana, secret: {env: GRAFANA_SECRET}}\n",
      // The contact point offers both.
      .methods = "POST PUT",
      .kinds = {{"urn:grafana:alert:firing", "an alert fires, or still does", kAlertSeverities,
                 alert_fields()},
                {"urn:grafana:alert:resolved", "an alert is over", kAlertSeverities,
                 alert_fields()},
                {"urn:grafana:alert:*", "a notification channel of Grafana 8 and older tells of it",
                 kAlertSeverities, alert_fields(), "no_data pending paused"},
                {"urn:grafana:alert", "the same in a state that this version does not know",
                 kAlertSeverities, alert_fields()},
                {"urn:grafana:alerts:truncated", "a notification left alerts out", "warning",
                 "view_link truncated_alerts"},
                {"urn:grafana:notification",
                 "a contact point with a payload template that says nothing of firing",
                 kAlertSeverities, "status view_link ack_link"},
                {"urn:grafana:unknown", "a hook that is no JSON object", "info", ""}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::grafana
