// Exit portal: pushes events as log lines to Grafana Loki.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <unordered_map>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/shrink.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::loki {
namespace {

constexpr std::string_view kPath = "/loki/api/v1/push";
// Few values each, so that few streams come of them
// (https://grafana.com/docs/loki/latest/get-started/labels/bp-labels/).
constexpr std::array<std::string_view, 4> kLabels{"kind", "severity", "service", "host"};
// A stream without labels is refused (`missing_labels`), so there is one that is always there.
constexpr std::string_view kJob = "time-tunnel";
// limits_config of https://grafana.com/docs/loki/latest/configure/: max_label_value_length 2048,
// max_line_size 256KB. What is longer is refused.
constexpr std::size_t kLabelBytesMax = 2048;
constexpr std::size_t kLineBytesMin = 1024;
// Room for `"truncated":true` in a shortened line.
constexpr std::size_t kMarkBytes = 32;
// https://grafana.com/docs/loki/latest/operations/multi-tenancy/: what a tenant id is made of.
constexpr std::size_t kTenantBytesMax = 150;

struct Config {
  using Texts = std::vector<std::pair<std::string, tmpl::Template>>;

  config::Url url;
  std::string tenant;
  std::optional<Texts> labels, metadata;
  tmpl::Template line;
  config::ByteSize line_max{256u << 10};

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of Loki, without `/loki/api/v1/push`.")
            .required()
            .example("https://loki.example.com"),
        config::field("tenant", &Config::tenant,
                      "Tenant, sent as `X-Scope-OrgID`; Loki without tenants wants none.")
            .default_text("none")
            .example("ops"),
        config::field("labels", &Config::labels,
                      "Labels of the streams, instead of the usual ones. Every set of values is a "
                      "stream of its own: only what has few values belongs here. Empty ones are "
                      "left out.")
            .default_text("job=time-tunnel, and the event's kind, severity, service and host")
            .example("{job: events, env: prod, severity: '{{ event.severity }}'}"),
        config::field("metadata", &Config::metadata,
                      "Structured metadata of the lines, for what has many values; `{}` for a "
                      "Loki before 3.0, which may not take any.")
            .default_text("{id: '{{ meta.id }}'}")
            .example("{id: '{{ meta.id }}', actor: '{{ event.actor }}'}"),
        config::field("line", &Config::line, "Text of the line.")
            .default_text("the event as JSON")
            .example("'{{ event.message }}'"),
        config::field("line_max", &Config::line_max,
                      "Longest line, `max_line_size` of Loki; longer ones are shortened.")
            .minimum(kLineBytesMin)
            .maximum(4u << 20),
    };
  }
  static Status check(const Config& c);
};

/// As Prometheus wants names (https://prometheus.io/docs/concepts/data_model/): letters, digits
/// and underscores, no digit first.
std::string label_name(std::string_view name) {
  std::string out;
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') out += '_';
  for (const unsigned char c : name)
    out += std::isalnum(c) && c < 0x80 ? static_cast<char>(c) : '_';
  return out;
}

Status check_names(std::string_view what, const std::optional<Config::Texts>& texts) {
  if (!texts) return {};
  std::vector<std::string> seen;
  for (const auto& [name, text] : *texts) {
    const std::string label = label_name(name);
    if (label.empty()) return misconfigured("`" + std::string(what) + "`: a name is empty");
    if (std::find(seen.begin(), seen.end(), label) != seen.end())
      return misconfigured("`" + std::string(what) + "`: two names become " + label);
    seen.push_back(label);
  }
  return {};
}

Status Config::check(const Config& c) {
  if (const auto parts = c.url.parts(); parts && parts->path.ends_with(kPath))
    return misconfigured("`url` is written without /loki/api/v1/push");
  const bool is_tenant = std::all_of(c.tenant.begin(), c.tenant.end(), [](unsigned char x) {
    return (std::isalnum(x) && x < 0x80) ||
           std::string_view("!-_.*'()").find(static_cast<char>(x)) != std::string_view::npos;
  });
  if (!is_tenant || c.tenant.size() > kTenantBytesMax || c.tenant == "." || c.tenant == "..")
    return misconfigured("`tenant` is made of letters, digits and !-_.*'(), at most 150");
  TT_CHECK(check_names("labels", c.labels));
  return check_names("metadata", c.metadata);
}

/// A member, when there is anything to say.
void add(JsonWriter& json, std::string_view name, std::string_view value) {
  value = clip_bytes(value, kLabelBytesMax);
  if (!trim(value).empty()) json.key(name).text(value);
}

void add_all(JsonWriter& json, const Config::Texts& texts, const OutgoingEvent& event,
             tmpl::HoleFailures& failures) {
  for (const auto& [name, text] : texts)
    add(json, label_name(name), text.render(*event.scope, {.failures = &failures}));
}

std::string labels_of(const Config& c, const OutgoingEvent& event, tmpl::HoleFailures& failures) {
  JsonWriter json;
  json.map();
  if (c.labels) {
    add_all(json, *c.labels, event, failures);
  } else {
    add(json, "job", kJob);
    for (const std::string_view name : kLabels) add(json, name, event.event.text(name));
  }
  std::string labels = json.end().take();
  if (labels == "{}") labels = JsonWriter().map().key("job").text(kJob).end().take();
  return labels;
}

/// A line that is JSON stays JSON.
std::string shortened(std::string_view event, std::size_t bytes_max) {
  const auto json = parse_json(event);
  if (!json || !json->is_object()) return std::string(clip_bytes(event, bytes_max));
  boost::json::value smaller = *json;
  shrink_json(smaller, 0, {.bytes_max = bytes_max - kMarkBytes});
  if (boost::json::object* map = smaller.if_object()) map->insert_or_assign("truncated", true);
  return json_text(smaller);
}

std::string line_of(const Config& c, const OutgoingEvent& event, tmpl::HoleFailures& failures) {
  if (!c.line.empty())
    return c.line.render(*event.scope, {.bytes_max = c.line_max, .failures = &failures});
  if (event.event.json.size() <= c.line_max) return std::string(event.event.json);
  return shortened(event.event.json, c.line_max);
}

struct Line {
  WallNs time = 0;
  const OutgoingEvent* event = nullptr;
};
struct Stream {
  std::string labels;  ///< As JSON.
  std::vector<Line> lines;
};

/// Events by their labels, in the order in which the labels come up; each stream by time. Loki
/// takes a line that is late only for a while (https://grafana.com/docs/loki/latest/configure/
/// #accept-out-of-order-writes), so a stream is best sent in order.
std::vector<Stream> streams_of(const Config& c, std::span<const OutgoingEvent> events,
                               tmpl::HoleFailures& failures) {
  std::vector<Stream> streams;
  std::unordered_map<std::string, std::size_t> places;
  for (const OutgoingEvent& event : events) {
    std::string labels = labels_of(c, event, failures);
    const auto [place, is_new] = places.emplace(labels, streams.size());
    if (is_new) streams.push_back({std::move(labels), {}});
    streams[place->second].lines.push_back({time_of(event), &event});
  }
  for (Stream& stream : streams)
    std::stable_sort(stream.lines.begin(), stream.lines.end(),
                     [](const Line& a, const Line& b) { return a.time < b.time; });
  return streams;
}

std::string metadata_of(const Config& c, const OutgoingEvent& event, tmpl::HoleFailures& failures) {
  JsonWriter json;
  json.map();
  if (c.metadata)
    add_all(json, *c.metadata, event, failures);
  else
    add(json, "id", event.id);
  return json.end().take();
}

// https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.url = join_url(c.url, kPath),
                      .headers = {{"Content-Type", "application/json"}}};
  if (!c.tenant.empty()) request.headers.emplace_back("X-Scope-OrgID", c.tenant);
  JsonWriter json;
  json.map().key("streams").list();
  for (const Stream& stream : streams_of(c, events, request.failures)) {
    json.map().key("stream").raw(stream.labels).key("values").list();
    for (const auto& [time, event] : stream.lines) {
      json.list().text(std::to_string(time)).text(line_of(c, *event, request.failures));
      if (const std::string metadata = metadata_of(c, *event, request.failures); metadata != "{}")
        json.raw(metadata);
      json.end();
    }
    json.end().end();
  }
  request.body = json.end().end().take();
  return request;
}

// https://grafana.com/docs/loki/latest/operations/request-validation-rate-limits/. A push that was
// taken in part may come again: Loki drops a line that it has with the same time.
std::vector<Verdict> judge(const Config&, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, false, now_ns);
  const auto hold = [&](std::string_view hint) {
    verdict = {.kind = VerdictKind::kMisconfigured, .text = answer_text(answer).append(hint)};
  };
  // A success that is none: ingestion is blocked for a while (`block_ingestion_until`).
  if (answer.status == 260)
    hold("; Loki has thrown these lines away because its ingestion is blocked");
  else if (verdict.kind == VerdictKind::kDelivered && trim(answer.body).starts_with('<'))
    hold("; this is a web page, not Loki");
  else if (answer.status == 400 &&
           answer.body.find("allow_structured_metadata") != std::string::npos)
    hold("; `metadata: {}` sends none");
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "loki",
      .summary = "Pushes events as log lines to Grafana Loki.",
      .security = "Event data is written as JSON texts: it cannot add lines, streams or labels, "
                  "and cannot choose the tenant.",
      .example = "type: loki\nurl: https://loki.example.com\ntenant: ops\n",
      .batches = true,
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::loki
