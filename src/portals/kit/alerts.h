// Alerts as Prometheus, Alertmanager and Grafana write them: labels, annotations, two times.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_event.h"

namespace tt::portals {

/// Who tells of alerts.
struct AlertSender {
  std::string_view system;  ///< Second part of the kinds: "alertmanager".
  std::string_view name;    ///< For messages: "Alertmanager".
  std::string url;          ///< Address of the instance; may be empty.
};

/// The identity of an alert in this family: FNV-1a over its sorted labels, 16 hexadecimal digits.
/// Equal to the `fingerprint` in Alertmanager's and Grafana's hooks, so that one alert has one key
/// whichever way it comes. Empty without labels.
std::string alert_fingerprint(const boost::json::value& alert);

/// The `externalURL` of a notification. It stands in each of its events, so one that is too long
/// for an address is none.
std::string sender_url(const boost::json::value& notice);

/// An object with labels or annotations.
bool is_alert(const boost::json::value& value);
/// The alerts of a notification: its `alerts`, or the body itself when that is a list. Null when
/// there is no alert among them.
const boost::json::array* alerts_of(const boost::json::value& body);

/// A time that is there and not Go's zero, which stands for none.
std::optional<WallNs> alert_time(const boost::json::value& alert, std::string_view name);
/// Resolved: says its `status`, else its end is not in the future.
bool is_alert_over(const boost::json::value& alert, WallNs now_ns);
/// The value of a label, or of the first of several that is not empty. Names may hold dots.
std::string alert_label(const boost::json::value& alert,
                        std::initializer_list<std::string_view> names);

/// "InstanceDown on web1: no answer for 5 minutes", with "Resolved: " before it when over. What
/// one part says already is not said again; any part may be empty.
std::string alert_sentence(std::string_view name, std::string_view where, std::string_view text,
                           bool is_over);

/// Host of an `instance`: without scheme, path and port.
std::string host_of(std::string_view instance);
/// The URL when it is one of the web, else nothing: links must be links.
std::string_view web_link(std::string_view url);
/// A page as the name of a place: the URL without query and fragment, without Prometheus' /graph.
std::string_view place_of(std::string_view url);

/// One alert as an event `urn:<system>:alert:firing` or `:resolved`.
HookEvent alert_event(const boost::json::value& alert, const AlertSender& sender, WallNs now_ns);
/// What alert_event() may set, for ProducedKind: severities, and fields beside the usual ones.
inline constexpr std::string_view kAlertSeverities =
    "debug info notice warning error critical alert emergency";
inline constexpr std::string_view kAlertFields =
    "project host service status alert_key alert_state alert_name description runbook_url "
    "view_link";

/// What a portal adds to the event of an alert.
using AlertFinish = std::function<void(const boost::json::value& alert, HookEvent& event)>;

/// One event an alert, at most 10,000; what is no alert is passed over. `left_out` alerts that the
/// sender did not send, and those beyond the limit, are told by one event more,
/// `urn:<system>:alerts:truncated`. `group` names them, may be empty.
void add_alerts(const boost::json::array& alerts, const AlertSender& sender, std::int64_t left_out,
                std::string_view group, const EntryRequest& request, const DecodeContext& context,
                EntryEvents& out, const AlertFinish& finish);

/// The option `repeat` of entries that are told of alerts again and again.
template <class Config>
constexpr auto repeat_field(std::optional<config::Duration> Config::*member) {
  return config::field("repeat", member,
                       "An alert that fires on is stored again after this time. Without it an "
                       "alert is stored when it is new, resolved, or changes its severity.")
      .default_text("never")
      .example("4h")
      .minimum(60e9);
}

/// "alertname=Toggle, cluster=eu-1" of an object of labels.
std::string labels_in_words(const boost::json::value& body, std::string_view path);

}  // namespace tt::portals
