// Exit portal: sends events as CloudEvents 1.0 over HTTP, binary, structured or batched.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "portals/exit/cloudevents/attributes.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::cloudevents {

enum class Mode : std::uint8_t { kBinary, kStructured, kBatched };

}  // namespace tt::portals::exit::cloudevents

namespace tt::config {

template <>
struct EnumWords<portals::exit::cloudevents::Mode> {
  static constexpr EnumWord words[] = {{"binary", 0}, {"structured", 1}, {"batched", 2}};
};

}  // namespace tt::config

namespace tt::portals::exit::cloudevents {
namespace {

// A permission has no end; asking once a day notices when it was withdrawn.
constexpr std::int64_t kPermissionNs = 24 * 3600 * kNsPerSec;
constexpr const char* kOriginHeader = "WebHook-Request-Origin";

struct Config {
  config::UrlTemplate url;
  Mode mode = Mode::kBinary;
  tmpl::Template source, subject;
  std::vector<std::pair<std::string, tmpl::Template>> extensions;
  std::string origin;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url,
                      "Address; path and query may hold `{{ CEL }}`, escaped for their place.")
            .required()
            .example("https://broker.example.com/default"),
        config::field(
            "mode", &Config::mode,
            "`binary`: attributes in headers, the event as body; `structured`: all in the "
            "body; `batched`: many in one body, for receivers that ask for it."),
        config::field("source", &Config::source, "Where events come from, a URI-reference.")
            .default_text("event.source, else urn:time-tunnel:<entry>")
            .example("urn:example:{{ event.project }}"),
        config::field("subject", &Config::subject, "What the event is about.")
            .default_text("none")
            .example("'{{ event.project }}'"),
        config::field("extensions", &Config::extensions,
                      "Attributes of your own; names are lower-case letters and digits.")
            .default_text("none")
            .example("{severity: '{{ event.severity }}'}"),
        config::field("origin", &Config::origin,
                      "DNS name of this system, for receivers that want to be asked first "
                      "(`OPTIONS` with `WebHook-Request-Origin`).")
            .default_text("nobody is asked")
            .example("events.example.com"),
    };
  }
  static Status check(const Config& c) {
    for (const auto& [name, value] : c.extensions)
      if (!is_extension_name(name))
        return misconfigured(
            "a name in `extensions` is taken or not of lower-case letters and "
            "digits: " +
            printable(name));
    if (c.url.has_holes() && c.mode == Mode::kBatched)
      return misconfigured("the url of a batch cannot depend on an event; use `mode: structured`");
    if (c.url.has_holes() && !c.origin.empty())
      return misconfigured("`origin` asks one address; it cannot depend on an event");
    if (c.origin.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-.") != std::string::npos)
      return misconfigured("`origin` is a DNS name: events.example.com");
    return {};
  }
};

std::string source_of(const Config& c, const OutgoingEvent& event, tmpl::HoleFailures& failures) {
  std::string source =
      uri_reference(c.source.empty() ? event.event.text("source")
                                     : c.source.render(*event.scope, {.failures = &failures}));
  if (!source.empty()) return source;
  const std::string_view entry = event.meta.entry.empty() ? "event" : event.meta.entry;
  return "urn:time-tunnel:" + percent_encode(entry);
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes. The id is
// the same over retries and replays, so that receivers can drop what they know (source and id).
Attributes attributes_of(const Config& c, const OutgoingEvent& event,
                         tmpl::HoleFailures& failures) {
  Attributes all{{"specversion", "1.0"}, {"id", string_value(event.id)}};
  const auto add_some = [&](std::string_view name, std::string value) {
    if (!value.empty()) all.emplace_back(name, std::move(value));
  };
  all.emplace_back("source", source_of(c, event, failures));
  const std::string kind = string_value(event.event.text("kind"));
  all.emplace_back("type", kind.empty() ? "unknown" : kind);
  const auto rendered = [&](const tmpl::Template& text) {
    return string_value(text.render(*event.scope, {.failures = &failures}));
  };
  add_some("subject", rendered(c.subject));
  add_some("time", time_value(event.event.text("timestamp")));
  for (const auto& [name, value] : c.extensions) add_some(name, rendered(value));
  return all;
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
void add_structured(JsonWriter& json, const Config& c, const OutgoingEvent& event,
                    tmpl::HoleFailures& failures) {
  json.map();
  for (const auto& [name, value] : attributes_of(c, event, failures)) json.key(name).text(value);
  json.key("datacontenttype").text("application/json");
  json.key("data").raw(event.event.json).end();
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
// The JavaScript SDK compares the content type letter by letter: with `UTF-8` it refuses the event.
Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request;
  TT_TRY(request.url, render_url(c.url, *events.front().scope));
  JsonWriter json;
  switch (c.mode) {
    case Mode::kBinary:
      for (const auto& [name, value] : attributes_of(c, events.front(), request.failures))
        request.headers.emplace_back("ce-" + name, header_value(value));
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = events.front().event.json;
      break;
    case Mode::kStructured:
      request.headers.emplace_back("Content-Type", "application/cloudevents+json; charset=utf-8");
      add_structured(json, c, events.front(), request.failures);
      request.body = json.take();
      break;
    case Mode::kBatched:
      request.headers.emplace_back("Content-Type",
                                   "application/cloudevents-batch+json; charset=utf-8");
      json.list();
      for (const OutgoingEvent& event : events) add_structured(json, c, event, request.failures);
      request.body = json.end().take();
      break;
  }
  if (!c.origin.empty()) request.headers.emplace_back(kOriginHeader, c.origin);
  return request;
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md section 2.2; what is
// not said there follows the table of statuses.
std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, c.url.has_holes(), now_ns);
  if (answer.status == 410) {
    verdict.text +=
        "; the receiver has retired this address and wants no more events: give it a "
        "new one or remove the exit";
  } else if (answer.status == 415) {
    verdict.kind = VerdictKind::kMisconfigured;
    verdict.text += "; the receiver does not understand this `mode`";
    if (c.mode != Mode::kBinary) verdict.text += ", try `binary`";
    if (c.mode != Mode::kStructured) verdict.text += ", try `structured`";
  }
  return {std::move(verdict)};
}

// The same document, section 4: a receiver says first that it wants events of this origin.
std::optional<ExitRequest> session_request(const Config& c) {
  if (c.origin.empty()) return std::nullopt;
  return ExitRequest{.method = "OPTIONS",
                     .url = sensitive_url(c.url.base()),
                     .headers = {{kOriginHeader, c.origin}}};
}

Result<Session> session_parse(const Config& c, const ExitAnswer& answer) {
  const std::string_view allowed = trim(answer.header("WebHook-Allowed-Origin"));
  // The status says nothing: whoever does not know this answers OPTIONS as well.
  if (allowed == "*" || equal_ignoring_case(allowed, c.origin))
    return Session{.lifetime_ns = kPermissionNs};
  if (verdict_of_status(answer.status, false) == VerdictKind::kRetry)
    return retry("permission: " + answer_text(answer));
  return misconfigured("permission: the receiver does not allow events of " + c.origin +
                       "; without `origin` it is not asked: " + answer_text(answer));
}

bool batches_now(const Config& c) { return c.mode == Mode::kBatched; }
bool url_has_holes(const Config& c) { return c.url.has_holes(); }
std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "cloudevents",
      .summary = "Sends events as CloudEvents 1.0 over HTTP.",
      .security = "Event data is percent-encoded in headers, escaped in path and query, and cannot "
                  "choose scheme, host or port.",
      .example = "type: cloudevents\nurl: https://broker.example.com/default\n"
                 "subject: '{{ event.project }}'\n",
      .batches = true,
      .batches_now = batches_now,
      .encode = encode,
      .judge = judge,
      .session_request = session_request,
      .session_parse = session_parse,
      .url_has_holes = url_has_holes,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::cloudevents
