// Exit portal: posts events as alerts to Prometheus Alertmanager (API v2), which groups and routes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/url.h"
#include "template/link.h"

namespace tt::portals::exit::alertmanager {
namespace {

// Alertmanager has no limits of its own; longer labels name nothing, and longer texts are read by
// nobody.
constexpr std::size_t kLabelRunesMax = 1024;
constexpr std::size_t kKeyBytesMax = 1024;
constexpr std::size_t kAnnotationRunesMax = 16'384;
// https://github.com/prometheus/alertmanager/blob/main/types/types.go (Merge): an end that is still
// ahead is no end, and the later of two ends ahead wins. A resolution that comes from a clock ahead
// of Alertmanager's would be lost, so it is dated back by what clocks may differ.
constexpr std::int64_t kClockDifferenceNs = 10 * kNsPerSec;

using Templates = std::vector<std::pair<std::string, tmpl::Template>>;

struct Config {
  config::Url url;
  Templates labels, annotations;
  std::vector<std::string> label_fields;
  config::Duration lifetime = 24 * 3600 * kNsPerSec;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url,
                      "Address of Alertmanager, with its prefix if it has one.")
            .required()
            .example("http://alertmanager.example.com:9093"),
        config::field("labels", &Config::labels,
                      "Labels beside or instead of the usual ones; an empty one goes away.")
            .default_text("alertname, severity, instance, service, project, alert_key")
            .example("{team: ops, alertname: '{{ event.title }}'}"),
        config::field("label_fields", &Config::label_fields,
                      "Fields that become labels too; `prefix.*` takes all below it.")
            .default_text("none")
            .example("[region, 'raw.labels.*']"),
        config::field("annotations", &Config::annotations,
                      "Annotations beside or instead of the usual ones; an empty one goes away.")
            .default_text("summary, description")
            .example("{runbook_url: '{{ event.runbook }}'}"),
        config::field("lifetime", &Config::lifetime,
                      "How long what says `firing` fires without news; `0s`: as Alertmanager says.")
            .minimum(0),
    };
  }
};

/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels:
/// [a-zA-Z_][a-zA-Z0-9_]*
std::string label_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_digit && name.empty()) name += '_';
    name += is_digit || is_letter ? c : '_';
  }
  return name.empty() ? "_" : name;
}

/// Names and values, each name once. Alertmanager drops empty values; so does this.
class LabelSet {
 public:
  void set(std::string_view name, std::string_view value, std::size_t runes_max) {
    const std::string clean = label_name(name);
    std::erase_if(pairs_, [&](const auto& pair) { return pair.first == clean; });
    value = trim(value);
    if (!value.empty()) pairs_.emplace_back(clean, clip_runes(value, runes_max));
  }
  bool has(std::string_view name) const {
    return std::any_of(pairs_.begin(), pairs_.end(),
                       [&](const auto& pair) { return pair.first == name; });
  }
  void write(JsonWriter& json) const {
    json.map();
    for (const auto& [name, value] : pairs_) json.key(name).text(value);
    json.end();
  }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// The name that its rule gave it, else the kind without the state at its end: the labels of an
/// alert must be the same when it is resolved.
std::string alert_name(const event::EventView& event) {
  const std::string name = event.text("alert_name");
  if (!trim(name).empty()) return name;
  const std::string kind = event.text("kind");
  const std::size_t colon = kind.rfind(':');
  if (colon == std::string::npos) return kind;
  const std::string_view last = std::string_view(kind).substr(colon + 1);
  for (const std::string_view state : {"firing", "acknowledged", "resolved"})
    if (last == state) return kind.substr(0, colon);
  return kind;
}

void set_fields(LabelSet& labels, const event::EventView& event, const std::string& wanted) {
  const bool is_prefix = wanted.ends_with(".*");
  const std::string_view prefix = std::string_view(wanted).substr(0, wanted.size() - 1);
  for (const event::Field& field : event.fields) {
    if (field.type == event::FieldType::kNull) continue;
    const std::string name = event.name(field);
    if (is_prefix && name.size() > prefix.size() && name.starts_with(prefix))
      labels.set(std::string_view(name).substr(prefix.size()), event.text(field), kLabelRunesMax);
    else if (name == wanted)
      labels.set(name, event.text(field), kLabelRunesMax);
  }
}

void set_templates(LabelSet& set, const Templates& templates, const OutgoingEvent& event,
                   std::size_t runes_max, tmpl::HoleFailures& failures) {
  for (const auto& [name, text] : templates)
    set.set(name, text.render(*event.scope, {.failures = &failures}), runes_max);
}

LabelSet labels_of(const Config& c, const OutgoingEvent& out, tmpl::HoleFailures& failures) {
  const event::EventView& event = out.event;
  LabelSet labels;
  labels.set("alertname", alert_name(event), kLabelRunesMax);
  const std::string severity = event.text("severity");
  labels.set("severity", normalise_severity(severity, severity), kLabelRunesMax);
  labels.set("instance", event.text("host"), kLabelRunesMax);
  labels.set("service", event.text("service"), kLabelRunesMax);
  labels.set("project", event.text("project"), kLabelRunesMax);
  // What tells two alerts of one kind and host apart.
  labels.set("alert_key", short_key(event.text("alert_key"), kKeyBytesMax), kKeyBytesMax);
  for (const std::string& wanted : c.label_fields) set_fields(labels, event, wanted);
  set_templates(labels, c.labels, out, kLabelRunesMax, failures);
  if (!labels.has("alertname")) labels.set("alertname", alert_name(event), kLabelRunesMax);
  return labels;
}

LabelSet annotations_of(const Config& c, const OutgoingEvent& out, tmpl::HoleFailures& failures) {
  const std::string text = out.event.text("message");
  const std::string_view message = trim(text);
  LabelSet annotations;
  annotations.set("summary", printable(message.substr(0, message.find('\n'))), kLabelRunesMax);
  annotations.set("description", message, kAnnotationRunesMax);
  set_templates(annotations, c.annotations, out, kAnnotationRunesMax, failures);
  return annotations;
}

WallNs later(WallNs time_ns, std::int64_t ns) {
  return time_ns > INT64_MAX - ns ? INT64_MAX : time_ns + ns;
}

// https://prometheus.io/docs/alerting/latest/alerts_api/: without an end Alertmanager ends an alert
// `resolve_timeout` (5 minutes) after it last heard of it.
void write_times(JsonWriter& json, const Config& c, const OutgoingEvent& out) {
  const std::string state = out.event.text("alert_state");
  WallNs time_ns = time_of(out);
  if (state == "resolved") {
    if (out.meta.received_ns > kClockDifferenceNs)
      time_ns = std::min(time_ns, out.meta.received_ns - kClockDifferenceNs);
    // When it began stands in the alert that this ends.
    const std::string end = format_time(time_ns);
    json.key("startsAt").text(end).key("endsAt").text(end);
    return;
  }
  json.key("startsAt").text(format_time(time_ns));
  const bool is_told_the_end = state == "firing" || state == "acknowledged";
  if (is_told_the_end && c.lifetime.ns > 0)
    json.key("endsAt").text(format_time(later(time_ns, c.lifetime)));
}

/// One that Alertmanager's parser takes too: it refuses a whole batch for a `%zz`, or for a `#`
/// that follows the host.
bool is_good_link(std::string_view link) {
  link = tmpl::safe_link(link);
  const std::string_view address = link.substr(0, link.find('#'));
  if (address.empty() || !percent_decode(link)) return false;
  const auto parts = config::parse_url(address);
  return parts.ok() && (address == link || !parts->path.empty() || !parts->query.empty());
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.url = join_url(c.url, "/api/v2/alerts"),
                      .headers = {{"Content-Type", "application/json"}}};
  JsonWriter json;
  json.list();
  for (const OutgoingEvent& event : events) {
    json.map().key("labels");
    labels_of(c, event, request.failures).write(json);
    json.key("annotations");
    annotations_of(c, event, request.failures).write(json);
    write_times(json, c, event);
    const std::string link = event.event.text("view_link");
    if (is_good_link(link)) json.key("generatorURL").text(link);
    json.end();
  }
  request.body = json.end().take();
  return request;
}

// A 400 names the bad alerts of a batch and keeps the good ones, a 422 keeps none. Either way the
// good ones are sent again without the bad, and are the same alerts.
std::vector<Verdict> judge(const Config&, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  return {verdict_unless_page(answer, false, now_ns)};
}

std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "alertmanager",
      .summary = "Posts events as alerts to Prometheus Alertmanager.",
      .security = "Event data is JSON text; names of labels made from fields are reduced to "
                  "letters, digits and `_`; only http and https links are passed on.",
      .example = "type: alertmanager\nurl: http://alertmanager.example.com:9093\n",
      .has_life_cycle = true,
      .batches = true,
      .pages = true,
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::alertmanager
