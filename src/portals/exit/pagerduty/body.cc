// The body in PagerDuty's common event format, made to fit.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/pagerduty/body.h"

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/json.h"
#include "portals/kit/outgoing.h"
#include "template/link.h"

namespace tt::portals::exit::pagerduty {
namespace {

// https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ and, for changes,
// https://developer.pagerduty.com/docs/events-api-v2/send-change-events/
constexpr std::size_t kSummaryRunesMax = 1024;
// https://developer.pagerduty.com/docs/events-api-v2/overview/#size-limits: 512 KB, read as the
// smaller of the two kilobytes.
constexpr std::size_t kBodyBytesMax = 512'000;
// No limit is documented; what is longer names nothing, and would eat the room of the details.
constexpr std::size_t kNameRunesMax = 1024;
constexpr std::string_view kNoKind = "unknown";  // What an event without a kind is given.

std::string_view action_of(const event::EventView& event) {
  const std::string state = event.text("alert_state");
  if (state == "resolved") return "resolve";
  return state == "acknowledged" ? "acknowledge" : "trigger";
}

/// PagerDuty knows four. Without a word that says how bad it is, whoever sent the event to a pager
/// wants it to be heard; Alertmanager sends the same.
std::string_view severity_of(std::string_view word) {
  const auto severity = parse_severity(word);
  if (!severity || *severity == Severity::kError) return "error";
  if (*severity > Severity::kError) return "critical";
  return *severity == Severity::kWarning ? "warning" : "info";
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!trim(text).empty()) return text;
  return "";
}

/// What the body says, and the body, built again without what makes it too large.
class Body {
 public:
  Body(const Config& c, const OutgoingEvent& event, tmpl::HoleFailures& failures)
      : config_(c), event_(event), failures_(failures) {
    const event::EventView& e = event.event;
    // Titles are one line.
    summary_ =
        clip_runes(printable(trim(c.summary.empty() ? e.text("message") : rendered(c.summary))),
                   kSummaryRunesMax);
    // PagerDuty wants one, so a template that says nothing is no source.
    source_ = name(c.source, "");
    if (source_.empty())
      source_ =
          clipped(first_of({e.text("host"), e.text("source"), e.text("service"), e.text("project"),
                            std::string(event.meta.entry), "time-tunnel"}));
    if (c.send == Send::kChanges) return;
    severity_ = severity_of(c.severity.empty() ? e.text("severity") : rendered(c.severity));
    component_ = name(c.component, e.text("service"));
    group_ = name(c.group, e.text("project"));
    const std::string kind = e.text("kind");
    class_ = name(c.kind, kind == kNoKind ? "" : kind);
    key_ = short_key(first_of({c.dedup_key.empty() ? "" : rendered(c.dedup_key),
                               e.text("alert_key"), std::string(event.id)}),
                     kKeyBytesMax);
  }

  bool has_summary() const { return !summary_.empty(); }

  /// The details are the first to go: what wakes people must arrive.
  std::string text() const {
    std::string body = text(config_.details.empty() ? fields(true) : configured_details());
    if (body.size() > kBodyBytesMax && config_.details.empty()) body = text(fields(false));
    return body.size() > kBodyBytesMax ? text(note()) : body;
  }

 private:
  std::string rendered(const tmpl::Template& text) {
    return text.render(*event_.scope, {.failures = &failures_});
  }
  std::string name(const tmpl::Template& text, const std::string& usual) {
    return clipped(text.empty() ? usual : rendered(text));
  }
  static std::string clipped(std::string_view name) {
    return clip_runes(trim(name), kNameRunesMax);
  }

  std::string text(std::string_view details) const {
    JsonWriter json;
    json.map();
    if (config_.send == Send::kAlerts)
      json.key("event_action").text(action_of(event_.event)).key("dedup_key").text(key_);
    json.key("payload").map().key("summary").text(summary_);
    json.key("timestamp").text(format_time(time_of(event_))).some("source", source_);
    json.some("severity", severity_).some("component", component_);
    json.some("group", group_).some("class", class_);
    if (details != "{}") json.key("custom_details").raw(details);
    json.end();
    write_links(json);
    return json.end().take();
  }

  void write_links(JsonWriter& json) const {
    const std::string view = event_.event.text("view_link"), ack = event_.event.text("ack_link");
    const bool has_view = !tmpl::safe_link(view).empty(), has_ack = !tmpl::safe_link(ack).empty();
    if (!has_view && !has_ack) return;
    json.key("links").list();
    if (has_view) json.map().key("href").text(view).key("text").text("View").end();
    if (has_ack) json.map().key("href").text(ack).key("text").text("Acknowledge").end();
    json.end();
  }

  /// Whether the rest of the request says this field word for word.
  bool is_said(std::string_view name, const std::string& value) const {
    if (name == "timestamp") return true;
    if (name == "message") return value == summary_;
    if (name == "view_link" || name == "ack_link") return !tmpl::safe_link(value).empty();
    if (name == "host" || name == "source") return value == source_;
    if (config_.send == Send::kChanges) return false;
    if (name == "alert_state") return true;
    if (name == "alert_key") return value == key_;
    if (name == "severity") return value == severity_;
    if (name == "service") return value == component_;
    if (name == "project") return value == group_;
    return name == "kind" && (value == class_ || value == kNoKind);
  }

  std::string fields(bool with_raw) const {
    JsonWriter json;
    json.map();
    for (const event::Field& field : event_.event.fields) {
      const std::string name = event_.event.name(field);
      if (!with_raw && name.starts_with("raw.")) continue;
      if (field.type == event::FieldType::kString && is_said(name, event_.event.text(field)))
        continue;
      json.key(name).raw(event_.event.raw_value(field));
    }
    return json.end().take();
  }

  std::string configured_details() const {
    std::string details = config_.details.render(*event_.scope, &failures_);
    return details.starts_with('{') ? details : "{\"details\":" + details + "}";
  }

  std::string note() const {
    return JsonWriter()
        .map()
        .key("truncated")
        .text("Left out, as PagerDuty takes 512 KB: the details of event " + std::string(event_.id))
        .end()
        .take();
  }

  const Config& config_;
  const OutgoingEvent& event_;
  tmpl::HoleFailures& failures_;
  std::string summary_, source_, severity_, component_, group_, class_, key_;
};

}  // namespace

Result<std::string> body_of(const Config& c, const OutgoingEvent& event,
                            tmpl::HoleFailures& failures) {
  const Body body(c, event, failures);
  if (!body.has_summary()) return reject("the summary is empty");
  return body.text();
}

}  // namespace tt::portals::exit::pagerduty
