// What a person wants to read of a notification, and what rules ask for.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/nagios_event.h"

#include <algorithm>
#include <cstdlib>

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::tictoc {
namespace {

std::string_view environment(const std::string& name) {
  for (const char* prefix : {"NAGIOS_", "ICINGA_"})
    if (const char* value = std::getenv((prefix + name).c_str()); value && *value) return value;
  return "";
}

// What one wants to know beside the fields of the event, without the half of the environment that
// counts the whole installation, and without addresses of people.
constexpr const char* kKept[] = {
    "HOSTALIAS",       "HOSTADDRESS",        "HOSTGROUPNAMES",     "HOSTSTATETYPE",
    "HOSTATTEMPT",     "MAXHOSTATTEMPTS",    "HOSTDURATION",       "HOSTPROBLEMID",
    "HOSTNOTES",       "SERVICEDISPLAYNAME", "SERVICEGROUPNAMES",  "SERVICESTATETYPE",
    "SERVICEATTEMPT",  "MAXSERVICEATTEMPTS", "SERVICEDURATION",    "SERVICEPROBLEMID",
    "SERVICENOTES",    "LONGHOSTOUTPUT",     "LONGSERVICEOUTPUT",  "HOSTPERFDATA",
    "SERVICEPERFDATA", "NOTIFICATIONNUMBER", "NOTIFICATIONCOMMENT"};
// Given with -m and said by the fields of the event already.
constexpr const char* kSaid[] = {
    "NOTIFICATIONTYPE", "NOTIFICATIONAUTHOR", "HOSTNAME",     "SERVICEDESC",   "HOSTOUTPUT",
    "SERVICEOUTPUT",    "HOSTINFOURL",        "HOSTNOTESURL", "HOSTACTIONURL", "SERVICEINFOURL",
    "SERVICENOTESURL",  "SERVICEACTIONURL",   "TIMET"};

/// A host or a service of it, and what became of it.
class Notification {
 public:
  explicit Notification(const Macros& macros)
      : macros_(macros),
        host_(macros.text("HOSTNAME")),
        service_(macros.text("SERVICEDESC")),
        type_(macros.text("NOTIFICATIONTYPE")),
        state_(own("STATE")) {
    std::transform(type_.begin(), type_.end(), type_.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }

  std::string event() const {
    std::string json = "{\"message\":" + json_string(message());
    const auto add = [&](const std::string& name, const std::string& value) {
      if (!value.empty()) json += "," + json_string(name) + ":" + json_string(value);
    };
    add("kind", "urn:nagios:" + std::string(is_service() ? "service" : "host") + ":" + happened());
    add("severity", severity());
    add("source", source());
    add("view_link", web_link({own_name("INFOURL"), own_name("NOTESURL"), "HOSTNOTESURL"}));
    add("ack_link", web_link({own_name("ACTIONURL"), "HOSTACTIONURL"}));
    add("timestamp", time());
    add("host", host_);
    add("service", service_);
    add("status", state_);
    add("actor", author());
    add("alert_key", is_service() ? host_ + "/" + service_ : host_);
    add("alert_state", alert_state());
    add_raw(add);
    return json + "}";
  }

 private:
  bool is_service() const { return !service_.empty(); }
  std::string own_name(const std::string& what) const {
    return (is_service() ? "SERVICE" : "HOST") + what;
  }
  std::string own(const std::string& what) const { return macros_.text(own_name(what)); }
  bool is(std::string_view type) const { return type_ == type; }
  bool is_downtime() const { return type_.starts_with("DOWNTIME"); }
  bool is_flapping() const { return type_.starts_with("FLAPPING"); }

  std::string alert_state() const {
    if (is("PROBLEM")) return "firing";
    if (is("RECOVERY")) return "resolved";
    return is("ACKNOWLEDGEMENT") ? "acknowledged" : "";
  }

  /// The last part of the kind: what Icinga 2 calls otherwise is called as in Nagios.
  std::string happened() const {
    if (is("DOWNTIMEREMOVED")) return "downtimecancelled";
    if (is("FLAPPINGEND")) return "flappingstop";
    std::string word;
    for (const char c : to_lower(type_)) word += (c >= 'a' && c <= 'z') ? c : '-';
    return word;
  }

  static std::string severity_of(std::string_view state) {
    if (state == "CRITICAL" || state == "DOWN") return "critical";
    if (state == "WARNING") return "warning";
    // A check that cannot tell, and a host behind one that is down.
    if (state == "UNKNOWN" || state == "UNREACHABLE") return "error";
    return "";
  }
  /// An alert ends with the severity of the state that is over: rules that let its beginning
  /// through see its end too.
  std::string severity() const {
    if (is("RECOVERY")) {
      const std::string before =
          severity_of(macros_.text(is_service() ? "LASTSERVICESTATE" : "LASTHOSTSTATE"));
      return before.empty() ? "critical" : before;
    }
    if (is_downtime()) return "info";
    if (is_flapping()) return happened() == "flappingstart" ? "warning" : "notice";
    const std::string now = severity_of(state_);
    return is("PROBLEM") || is("ACKNOWLEDGEMENT") ? now.empty() ? "warning" : now : "notice";
  }

  std::string subject() const { return is_service() ? service_ + " on " + host_ : host_; }
  /// Of the person behind it; an acknowledgement of Nagios 3 says it in macros of its own.
  std::string said(const std::string& notification, const std::string& acknowledgement) const {
    std::string text = macros_.text(notification);
    return text.empty() && is("ACKNOWLEDGEMENT") ? own(acknowledgement) : text;
  }
  std::string author() const { return said("NOTIFICATIONAUTHOR", "ACKAUTHOR"); }
  std::string comment() const { return said("NOTIFICATIONCOMMENT", "ACKCOMMENT"); }

  std::string message() const {
    const std::string at = state_.empty() ? "" : " (" + state_ + ")";
    const std::string who = author().empty() ? "somebody" : author();
    const auto with = [](std::string text, const std::string& more) {
      return more.empty() ? text : text + ": " + more;
    };
    if (is("PROBLEM") || is("RECOVERY")) {
      const std::string now = state_.empty() ? to_lower(type_) : state_;
      return with(subject() + " is " + now, own("OUTPUT"));
    }
    if (is("ACKNOWLEDGEMENT")) return with(who + " acknowledged " + subject() + at, comment());
    if (is("CUSTOM")) return with(who + " on " + subject() + at, comment());
    if (is_downtime()) {
      const std::string word = happened();
      const char* how = word == "downtimestart" ? "begins"
                        : word == "downtimeend" ? "ends"
                                                : "was cancelled";
      return with("downtime of " + subject() + " " + how, comment());
    }
    if (is_flapping()) {
      const std::string word = happened();
      if (word == "flappingdisabled") return "flap detection of " + subject() + " is off";
      const char* how = word == "flappingstart" ? " is flapping" : " has stopped flapping";
      return with(subject() + how + at, own("OUTPUT"));
    }
    return with(to_lower(type_) + ": " + subject() + at, own("OUTPUT"));
  }

  std::string source() const {
    if (std::string url = web_link({own_name("INFOURL")}); !url.empty()) return url;
    return "urn:nagios:" + percent_encode(host_) +
           (is_service() ? ":" + percent_encode(service_) : "");
  }

  /// Names of hosts and services stand in these as they are.
  std::string web_link(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      std::string url;
      for (const char c : macros_.text(name)) url += c == ' ' ? std::string("%20") : std::string{c};
      if (url.starts_with("http://") || url.starts_with("https://")) return url;
    }
    return "";
  }

  /// When it happened, which a spool may tell much later.
  std::string time() const {
    const auto seconds = parse_u64(macros_.text("TIMET"));
    return seconds && *seconds < INT64_MAX / kNsPerSec
               ? format_time(static_cast<WallNs>(*seconds) * kNsPerSec)
               : "";
  }

  template <class Add>
  void add_raw(const Add& add) const {
    for (const std::string name : kKept)
      if (is_service() || name.find("SERVICE") == std::string::npos)
        add("raw." + name, macros_.text(name));
    const auto is_added = [](const std::string& name) {
      return std::find(std::begin(kKept), std::end(kKept), name) != std::end(kKept) ||
             std::find(std::begin(kSaid), std::end(kSaid), name) != std::end(kSaid);
    };
    for (const auto& [name, value] : macros_.given())
      if (!is_added(name)) add("raw." + name, macros_.text(name));
  }

  const Macros& macros_;
  const std::string host_, service_;
  std::string type_;
  const std::string state_;
};

}  // namespace

std::string Macros::told(const std::string& name) const {
  const auto found = given_.find(name);
  return std::string(trim(found == given_.end() ? environment(name) : found->second));
}

std::string Macros::text(const std::string& name) const {
  return is_unexpanded(name) ? "" : told(name);
}

Result<std::string> event_of(const Macros& macros) {
  for (const std::string name : {"NOTIFICATIONTYPE", "HOSTNAME"}) {
    if (macros.is_unexpanded(name))
      return reject(name + " was not expanded: Nagios puts its value for $" + name +
                    "$ into commands of notifications that it calls itself; to try it by hand, say "
                    "the value");
    if (macros.text(name).empty())
      return reject(name +
                    " is not set; in nagios.cfg say enable_environment_macros=1, or give "
                    "it with -m " +
                    name + "=..., as `tictoc nagios --help` shows");
  }
  return Notification(macros).event();
}

}  // namespace tt::tictoc
