// Exit portal: marks events on Grafana's graphs, as annotations.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/url.h"
#include "template/clip.h"
#include "template/link.h"

namespace tt::portals::exit::grafana {
namespace {

// https://grafana.com/docs/grafana/latest/developers/http_api/annotations/#create-annotation. The
// text is a column of MySQL's type TEXT where Grafana lives on MySQL: 65,535 bytes.
constexpr std::size_t kTextRunesMax = 10'000;
// https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#tags_length: the tags as
// a JSON list, in bytes; more is a 400.
constexpr std::size_t kTagsBytesMax = 500;
// https://github.com/grafana/grafana/blob/main/pkg/services/sqlstore/migrations/tag_mig.go: both
// parts of `key:value`.
constexpr std::size_t kTagRunesMax = 100;

struct Config {
  config::Url url;
  Secret token;
  tmpl::Template text;
  std::vector<tmpl::Template> tags;
  tmpl::Template dashboard_uid, panel_id, time_end;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of Grafana, with its prefix if it has one.")
            .required()
            .example("https://grafana.example.com"),
        config::field("token", &Config::token,
                      "Token of a service account that may create annotations.")
            .default_text("none")
            .example("{env: GRAFANA_TOKEN}"),
        config::field("text", &Config::text, "Text of the annotation, in HTML; values are escaped.")
            .default_text("message and link")
            .example("'<b>{{ event.project }}</b> {{ event.message }}'"),
        config::field("tags", &Config::tags, "Tags; empty ones are left out.")
            .default_text("kind; severity, project, service, host and alert_state as `name:value`")
            .example("[deploy, 'project:{{ event.project }}']"),
        config::field("dashboard_uid", &Config::dashboard_uid,
                      "Dashboard that shows it; else all that ask for its tags.")
            .default_text("none"),
        config::field("panel_id", &Config::panel_id, "Panel of the dashboard.")
            .default_text("all panels"),
        config::field("time_end", &Config::time_end,
                      "Time at which it ended: a region instead of a line.")
            .default_text("none")
            .example("'{{ event.finished_at }}'"),
    };
  }
  static Status check(const Config& c) {
    if (!c.panel_id.empty() && c.dashboard_uid.empty())
      return misconfigured("`panel_id` needs `dashboard_uid`: panels have numbers of their own");
    return {};
  }
};

std::string escaped(std::string_view text) {
  std::string out;
  tmpl::append_escaped(out, text, tmpl::Escape::kHtml);
  return out;
}

std::string default_text(const event::EventView& event) {
  std::string text = escaped(event.text("message"));
  const std::string link = event.text("view_link");
  if (!tmpl::safe_link(link).empty()) text += " <a href=\"" + escaped(link) + "\">link</a>";
  return text;
}

std::vector<std::string> tags_of(const Config& c, const OutgoingEvent& out,
                                 tmpl::HoleFailures& failures) {
  std::vector<std::string> tags;
  if (c.tags.empty()) {
    if (const std::string kind = out.event.text("kind"); kind != "unknown") tags.push_back(kind);
    for (const char* name : {"severity", "project", "service", "host", "alert_state"})
      if (const std::string value = out.event.text(name); !trim(value).empty())
        tags.push_back(std::string(name) + ":" + value);
  }
  for (const tmpl::Template& tag : c.tags)
    tags.push_back(tag.render(*out.scope, {.failures = &failures}));
  return tags;
}

/// As Go's encoding/json writes it, which Grafana measures: `<`, `>`, `&` and the two line
/// separators are six bytes.
std::size_t cost_of(std::string_view tag) {
  std::size_t bytes = json_string(tag).size() + 1;
  for (const char c : tag) bytes += c == '<' || c == '>' || c == '&' ? 5 : 0;
  for (std::size_t at = 0; (at = tag.find("\u2028", at)) != std::string_view::npos; ++at)
    bytes += 3;
  for (std::size_t at = 0; (at = tag.find("\u2029", at)) != std::string_view::npos; ++at)
    bytes += 3;
  return bytes;
}

void write_tags(JsonWriter& json, const std::vector<std::string>& tags) {
  std::vector<std::string> written;
  std::size_t bytes = 1;
  json.key("tags").list();
  for (const std::string& long_tag : tags) {
    const std::string tag = clip_runes(trim(printable(long_tag)), kTagRunesMax);
    if (tag.empty() || std::find(written.begin(), written.end(), tag) != written.end()) continue;
    if (bytes + cost_of(tag) > kTagsBytesMax) continue;
    bytes += cost_of(tag);
    json.text(tag);
    written.push_back(tag);
  }
  json.end();
}

Status write_place(JsonWriter& json, const Config& c, const tmpl::EventScope& scope) {
  TT_TRY(const std::string dashboard, c.dashboard_uid.render_strict(scope));
  if (trim(dashboard).empty()) return {};
  json.key("dashboardUID").text(trim(dashboard));
  TT_TRY(const std::string panel, c.panel_id.render_strict(scope));
  if (trim(panel).empty()) return {};
  const auto number = parse_i64(trim(panel));
  if (!number || *number < 0) return reject("template: `panel_id` is no number");
  json.key("panelId").number(*number);
  return {};
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = join_url(c.url, "/api/annotations"),
                      .headers = {{"Content-Type", "application/json"}}};
  if (!c.token.empty())
    request.headers.emplace_back("Authorization", SensitiveText("Bearer ").append(c.token));

  const auto rendered = [&](const tmpl::Template& text, tmpl::Escape escape) {
    return text.render(*event.scope, {.escape = escape, .failures = &request.failures});
  };
  const std::string text = tmpl::clip_html(
      c.text.empty() ? default_text(event.event) : rendered(c.text, tmpl::Escape::kHtml),
      kTextRunesMax);
  if (trim(text).empty()) return reject("the text is empty");

  JsonWriter json;
  json.map();
  TT_CHECK(write_place(json, c, *event.scope));
  const WallNs time_ns = time_of(event);
  json.key("time").number(time_ns / kNsPerMs);
  if (const auto end = parse_time(trim(rendered(c.time_end, tmpl::Escape::kNone)));
      end && *end > time_ns)
    json.key("timeEnd").number(*end / kNsPerMs);
  write_tags(json, tags_of(c, event, request.failures));
  json.key("text").text(text);
  request.body = json.end().take();
  return request;
}

/// Whether the answer is about the dashboard: "Invalid dashboard UID in annotation request",
/// "Dashboard not found", and for one that the account may not change "Access denied to save the
/// annotation".
bool is_about_dashboard(const ExitAnswer& answer, const boost::json::value& json) {
  const std::string message = to_lower(text_at(json, "message"));
  if (answer.status == 403) return message.find("save the annotation") != std::string::npos;
  return (answer.status == 400 || answer.status == 404) &&
         message.find("dashboard") != std::string::npos;
}

std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_unless_page(answer, false, now_ns);
  const auto json = parse_json(answer.body);
  if (!json) return {std::move(verdict)};
  if (verdict.kind == VerdictKind::kDelivered)
    verdict.reference = clip_runes(any_text_at(*json, "id"), kTagRunesMax);
  else if (is_about_dashboard(answer, *json))
    // A dashboard that the event chose must not stop all the others.
    verdict.kind =
        c.dashboard_uid.is_constant() ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "grafana",
      .summary = "Marks events on Grafana's graphs, as annotations.",
      .security = "Event data is escaped for HTML and links only to http and https; the token goes "
                  "in a header.",
      .example = "type: grafana\nurl: https://grafana.example.com\ntoken: {env: GRAFANA_TOKEN}\n",
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::grafana
