// What is news of an alert, what is over, and the copy of it all.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alert_memory.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/units.h"
#include "base/utf8.h"
#include "event/writer.h"
#include "pipeline/limits.h"
#include "portals/kit/json.h"

namespace tt::pipeline {
namespace {

constexpr std::string_view kFiring = "firing", kResolved = "resolved";
// Prometheus repeats for 15 minutes that an alert is resolved
// (https://github.com/prometheus/prometheus rules/alerting.go, resolvedRetention).
constexpr std::int64_t kResolvedKeptNs = 3600 * kNsPerSec;
// The end of an alert may never come (Alertmanager's `send_resolved: false`): without this, those
// would in time take all the room. Longer than any `repeat_interval` that makes sense.
constexpr std::int64_t kUnheardKeptNs = 7 * 86'400 * kNsPerSec;

/// The event without the sender's own fields, or of a large one only what everybody knows.
std::string kept_event(const event::EventView& event) {
  event::EventBatch batch;
  event::EventWriter writer(batch, {.event_bytes_max = kAlertBytesMax});
  writer.begin();
  writer.set_all(event);
  writer.unset_prefix("raw.");
  if (!writer.finish(0)) {
    writer.abandon();
    writer.begin();
    for (const auto& names : {event::kNamedFields, event::kWellKnownFields})
      for (const std::string_view name : names)
        writer.set_some(name, clip_bytes(event.text(name), kAlertBytesMax / 32));
    if (!writer.finish(0)) writer.abandon();
  }
  return batch.empty() ? std::string() : std::string(batch[0].json);
}

AlertMemory::Alert told_by(const event::EventView& event, const portals::AlertTelling& telling,
                           portals::AlertTimes times, WallNs now_ns) {
  AlertMemory::Alert alert{.state = event.text("alert_state"),
                           .severity = event.text("severity"),
                           .stored_ns = now_ns,
                           .begins_ns = times.begins_ns};
  if (alert.state == kResolved || telling.ends_after_ns == 0) return alert;
  alert.ends_ns = times.ends_ns != 0 ? times.ends_ns : now_ns + telling.ends_after_ns;
  alert.event = kept_event(event);
  return alert;
}

std::size_t bytes_of(const std::string& key, const AlertMemory::Alert& alert) {
  return key.size() + alert.event.size() + sizeof(AlertMemory::Alert);
}

/// What an alert without a text of its own is called says that it fires.
std::string last_words(std::string message) {
  constexpr std::string_view kIsFiring = " is firing";
  if (message.ends_with(kIsFiring))
    message.replace(message.size() - kIsFiring.size(), kIsFiring.size(), " is over");
  return message + " (no longer reported)";
}

/// The last event of an alert that nobody tells of any more.
void add_last_event(const AlertMemory::Alert& alert, WallNs now_ns, event::EventBatch& out) {
  event::EventBatch last;
  if (alert.event.empty() || !event::index_canonical(alert.event, last)) return;
  const event::EventView& firing = last[0];
  event::EventWriter writer(out);
  writer.begin();
  writer.set_all(firing);
  writer.set_text("timestamp", format_time(alert.ends_ns));
  writer.set_text("alert_state", kResolved);
  if (firing.text("status") == kFiring) writer.set_text("status", kResolved);
  writer.set_text("message", last_words(firing.text("message")));
  std::string kind = firing.text("kind");
  if (kind.ends_with(kFiring))
    kind.replace(kind.size() - kFiring.size(), kFiring.size(), kResolved);
  writer.set_text("kind", kind);
  if (!writer.finish(now_ns)) writer.abandon();
}

}  // namespace

// Under the mutex, as everything that is private.
bool AlertMemory::is_news(const Known& known, const Alert& told, std::uint64_t ticket,
                          const portals::AlertTelling& telling) {
  const Alert& alert = known.alert;
  if (known.ticket != 0 && known.ticket != ticket) return true;
  if (alert.state != told.state) return true;
  if (told.state == kResolved) return false;
  // Replicas tell of one alert with begins of their own: an earlier one is no other alert, and as
  // in Alertmanager neither is one before the end that was said.
  const bool is_another =
      alert.begins_ns != 0 && told.begins_ns > alert.begins_ns && told.begins_ns > alert.ends_ns;
  return is_another || alert.severity != told.severity ||
         (telling.repeat_ns != 0 && told.stored_ns - alert.stored_ns >= telling.repeat_ns);
}

bool AlertMemory::has_room(const std::string& key, const Alert& alert) const {
  return size_ < kAlertsMax && bytes_ + bytes_of(key, alert) <= kAlertsBytesMax;
}

void AlertMemory::put(Alerts& alerts, const std::string& key, Alert alert, Ticket& ticket) {
  const auto [at, is_new] = alerts.try_emplace(key);
  Known& known = at->second;
  if (is_new)
    ++size_;
  else
    bytes_ -= bytes_of(key, known.alert);
  if (!is_new && known.ticket == 0) known.stored = std::move(known.alert);
  known.alert = std::move(alert);
  known.heard_ns = std::max(known.heard_ns, known.alert.stored_ns);
  known.ticket = ticket.number;
  bytes_ += bytes_of(key, known.alert);
  ticket.keys.push_back(key);
}

void AlertMemory::erase(Alerts& alerts, Alerts::iterator known) {
  bytes_ -= bytes_of(known->first, known->second.alert);
  --size_;
  alerts.erase(known);
}

AlertMemory::Ticket AlertMemory::take_news(const std::string& entry,
                                           const portals::AlertTelling& telling,
                                           portals::EntryEvents& events, WallNs now_ns) {
  const event::EventBatch all = events.events.split(events.others);
  const std::lock_guard lock(mutex_);
  Ticket ticket{.number = ++last_ticket_, .keys = {}};
  Alerts& alerts = entries_[entry];
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string key = all[i].text("alert_key");
    const portals::AlertTimes times =
        i < events.alert_times.size() ? events.alert_times[i] : portals::AlertTimes{};
    Alert told = told_by(all[i], telling, times, now_ns);
    const auto known = key.empty() ? alerts.end() : alerts.find(key);
    if (known != alerts.end())
      told.begins_ns = std::max(told.begins_ns, known->second.alert.begins_ns);
    if (known != alerts.end() && !is_news(known->second, told, ticket.number, telling)) {
      renewals_ += known->second.alert.ends_ns != told.ends_ns;
      known->second.alert.ends_ns = told.ends_ns;
      known->second.alert.begins_ns = told.begins_ns;
      known->second.heard_ns = now_ns;
      continue;
    }
    events.events.append(all[i]);
    // Beyond the limit, what is told is stored, as often as it is told.
    if (known != alerts.end() || (!key.empty() && has_room(key, told)))
      put(alerts, key, std::move(told), ticket);
  }
  return ticket;
}

void AlertMemory::settle(const std::string& entry, const Ticket& ticket, bool is_stored) {
  const std::lock_guard lock(mutex_);
  Alerts& alerts = entries_[entry];
  ++changes_;
  for (const std::string& key : ticket.keys) {
    const auto known = alerts.find(key);
    // Somebody else has told of it since: that one settles it.
    if (known == alerts.end() || known->second.ticket != ticket.number) continue;
    if (!is_stored && !known->second.stored) {
      erase(alerts, known);
      continue;
    }
    if (!is_stored) {
      bytes_ -= bytes_of(key, known->second.alert);
      known->second.alert = *std::move(known->second.stored);
      bytes_ += bytes_of(key, known->second.alert);
    }
    known->second.stored.reset();
    known->second.ticket = 0;
  }
}

std::map<std::string, AlertMemory::Ended> AlertMemory::take_ended(WallNs now_ns) {
  std::map<std::string, Ended> ended;
  const std::lock_guard lock(mutex_);
  for (auto& [entry, alerts] : entries_) {
    for (auto& [key, known] : alerts) {
      const Alert& alert = known.alert;
      if (alert.ends_ns == 0 || alert.ends_ns > now_ns || known.ticket != 0) continue;
      Ended& one = ended[entry];
      if (one.ticket.number == 0) one.ticket.number = ++last_ticket_;
      if (one.events.size() >= event::Limits{}.batch_events_max)
        break;  // The rest comes next time.
      add_last_event(alert, now_ns, one.events);
      put(alerts, key,
          {.state = std::string(kResolved), .severity = alert.severity, .stored_ns = now_ns},
          one.ticket);
    }
  }
  forget_old(now_ns);
  return ended;
}

void AlertMemory::forget_old(WallNs now_ns) {
  for (auto& [entry, alerts] : entries_)
    for (auto at = alerts.begin(); at != alerts.end();) {
      const auto known = at++;
      const Alert& alert = known->second.alert;
      const bool is_old = alert.state == kResolved
                              ? now_ns - alert.stored_ns > kResolvedKeptNs
                              : now_ns - known->second.heard_ns > kUnheardKeptNs;
      if (is_old && known->second.ticket == 0) erase(alerts, known);
    }
}

void AlertMemory::fold(const std::string& entry, const portals::AlertTelling& telling,
                       const event::EventView& event, WallNs received_ns) {
  const std::string key = event.text("alert_key");
  if (key.empty()) return;
  const std::lock_guard lock(mutex_);
  Alerts& alerts = entries_[entry];
  Alert told = told_by(event, telling, {}, received_ns);
  if (!alerts.contains(key) && !has_room(key, told)) return;
  Ticket stored;
  put(alerts, key, std::move(told), stored);
  alerts[key].stored.reset();
  ++changes_;
}

void AlertMemory::wait_until(WallNs ns) {
  const std::lock_guard lock(mutex_);
  for (auto& [entry, alerts] : entries_)
    for (auto& [key, known] : alerts) {
      known.heard_ns = std::max(known.heard_ns, ns);
      if (WallNs& ends_ns = known.alert.ends_ns; ends_ns != 0) ends_ns = std::max(ends_ns, ns);
    }
}

std::string AlertMemory::encode(tunnel::Seq seq) const {
  portals::JsonWriter json;
  json.map().key("seq").number(static_cast<std::int64_t>(seq)).key("alerts").list();
  const std::lock_guard lock(mutex_);
  for (const auto& [entry, alerts] : entries_) {
    for (const auto& [key, known] : alerts) {
      if (known.ticket != 0 && !known.stored) continue;
      const Alert& alert = known.ticket != 0 ? *known.stored : known.alert;
      json.map().key("entry").text(entry).key("key").text(key).key("state").text(alert.state);
      json.some("severity", alert.severity).key("stored").number(alert.stored_ns);
      if (alert.begins_ns != 0) json.key("begins").number(alert.begins_ns);
      if (alert.ends_ns != 0) json.key("ends").number(alert.ends_ns);
      json.some("event", alert.event).end();
    }
  }
  return json.end().end().take();
}

Result<tunnel::Seq> AlertMemory::decode(std::string_view text) {
  const auto json = portals::parse_json(text);
  const auto* list = json ? portals::list_at(*json, "alerts") : nullptr;
  if (!list) return corrupt("the copy of known alerts is damaged");
  const std::lock_guard lock(mutex_);
  entries_.clear();
  size_ = bytes_ = 0;
  for (const boost::json::value& one : *list) {
    const std::string key(portals::text_at(one, "key"));
    Alert alert{.state = std::string(portals::text_at(one, "state")),
                .severity = std::string(portals::text_at(one, "severity")),
                .stored_ns = portals::int_at(one, "stored"),
                .begins_ns = portals::int_at(one, "begins"),
                .ends_ns = portals::int_at(one, "ends"),
                .event = std::string(portals::text_at(one, "event"))};
    if (key.empty() || !has_room(key, alert)) continue;
    Ticket stored;
    put(entries_[std::string(portals::text_at(one, "entry"))], key, std::move(alert), stored);
  }
  return static_cast<tunnel::Seq>(std::max<std::int64_t>(0, portals::int_at(*json, "seq")));
}

std::uint64_t AlertMemory::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

std::uint64_t AlertMemory::renewals() const {
  const std::lock_guard lock(mutex_);
  return renewals_;
}

std::size_t AlertMemory::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace tt::pipeline
