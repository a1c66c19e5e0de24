// Exit portal: sends events to any HTTP endpoint, signed in the manner of Standard Webhooks.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "portals/kit/exit.h"
#include "portals/kit/signature.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::webhook {

enum class Format : std::uint8_t { kJson, kArray, kNdjson };

}  // namespace tt::portals::exit::webhook

namespace tt::config {

template <>
struct EnumWords<portals::exit::webhook::Format> {
  static constexpr EnumWord words[] = {{"json", 0}, {"array", 1}, {"ndjson", 2}};
};

}  // namespace tt::config

namespace tt::portals::exit::webhook {
namespace {

// RFC 9110 section 5.6.2: what a method or a field name is made of.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

constexpr std::size_t kMethodBytesMax = 16;

struct Config {
  config::UrlTemplate url;
  tmpl::Template method = tmpl::Template::literal("POST");
  std::vector<std::pair<std::string, config::HeaderValue>> headers;
  tmpl::JsonTemplate body;
  Format format = Format::kJson;
  Secret signing_secret;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url,
                      "Address; path and query may hold `{{ CEL }}`, escaped for their place.")
            .required()
            .example("https://example.com/hooks/{{ event.project }}"),
        config::field("method", &Config::method, "HTTP method; GET and HEAD send no body.")
            .example("PUT"),
        config::field("headers", &Config::headers,
                      "Header fields, texts with `{{ CEL }}` or secrets.")
            .default_text("none")
            .example("{X-Project: '{{ event.project }}', X-Key: {env: HOOK_KEY}}"),
        config::field("body", &Config::body, "JSON with `{{ CEL }}` in its leaves.")
            .default_text("the event as it is")
            .example("{text: '{{ event.message }}', count: '{{ event.count }}'}"),
        config::field("format", &Config::format,
                      "`json`: one event a request; `array` and `ndjson`: batches."),
        config::field("signing_secret", &Config::signing_secret,
                      "Key (`whsec_...`) that signs each attempt; a list signs with each of them.")
            .default_text("no signature"),
    };
  }
  static Status check(const Config& c) {
    bool has_holes = c.url.has_holes() || !c.method.is_constant();
    for (const auto& [name, value] : c.headers) {
      if (!is_token(name)) return misconfigured("a header's name is no HTTP token");
      for (const char* ours : {"host", "content-length", "transfer-encoding", "connection"})
        if (equal_ignoring_case(name, ours))
          return misconfigured(std::string("the header ") + ours + " cannot be set");
      has_holes = has_holes || (!value.is_secret() && !value.text.is_constant());
    }
    if (has_holes && c.format != Format::kJson)
      return misconfigured(
          "url, method and headers of a batch cannot depend on an event; "
          "use `format: json`");
    return {};
  }
};

void append_body(std::string& out, const Config& c, const OutgoingEvent& event,
                 tmpl::HoleFailures& failures) {
  if (c.body.empty())
    out += event.event.json;
  else
    c.body.render_to(out, *event.scope, &failures);
}

std::string encode_body(const Config& c, std::span<const OutgoingEvent> events,
                        tmpl::HoleFailures& failures) {
  std::string out;
  if (c.format == Format::kArray) out += '[';
  for (const OutgoingEvent& event : events) {
    if (c.format == Format::kArray && &event != &events.front()) out += ',';
    append_body(out, c, event, failures);
    if (c.format == Format::kNdjson) out += '\n';
  }
  if (c.format == Format::kArray) out += ']';
  return out;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const tmpl::EventScope& scope = *events.front().scope;
  ExitRequest request;
  TT_TRY(request.method, c.method.render_strict(scope));
  if (!is_token(request.method) || request.method.size() > kMethodBytesMax)
    return reject("template: `method` is no HTTP method");
  TT_TRY(request.url, render_url(c.url, scope));

  const bool has_body = request.method != "GET" && request.method != "HEAD";
  bool has_type = false;
  for (const auto& [name, value] : c.headers) {
    has_type = has_type || equal_ignoring_case(name, "content-type");
    if (value.is_secret()) {
      request.headers.emplace_back(name, SensitiveText(value.secret));
      continue;
    }
    TT_TRY(const std::string text, value.text.render_strict(scope, tmpl::Escape::kHeader));
    request.headers.emplace_back(name, text);
  }
  if (has_body && !has_type)
    request.headers.emplace_back(
        "Content-Type", c.format == Format::kNdjson ? "application/x-ndjson" : "application/json");
  if (has_body) request.body = encode_body(c, events, request.failures);
  return request;
}

// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md:
// the id stays the same over retries, the time is that of the attempt.
SensitiveFields sign(const Config& c, const ExitRequest& request, const AttemptFacts& facts) {
  const std::int64_t seconds = facts.now_ns / kNsPerSec;
  SensitiveFields fields;
  fields.reserve(3);
  fields.emplace_back("webhook-id", facts.id);
  fields.emplace_back("webhook-timestamp", std::to_string(seconds));
  if (c.signing_secret.empty()) return fields;
  const std::string signature = sign_webhook(c.signing_secret, facts.id, seconds, request.body);
  SensitiveText value;
  // Without a text for the key nothing may leave unsigned: the sender sees that it is missing.
  if (signature.empty())
    value.append(c.signing_secret);
  else
    value.append_secret(signature);
  fields.emplace_back("webhook-signature", std::move(value));
  return fields;
}

bool batches_now(const Config& c) { return c.format != Format::kJson; }
bool url_has_holes(const Config& c) { return c.url.has_holes(); }
std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "webhook",
      .summary = "Sends events to any HTTP endpoint, as they are or as templated JSON.",
      .security =
          "Event data is escaped for path, query, header and JSON; it cannot choose scheme, "
          "host or port. Signed with HMAC-SHA256 when `signing_secret` is set.",
      .example = "type: webhook\nurl: https://example.com/hooks/events\n"
                 "signing_secret: {env: WEBHOOK_SECRET}\n",
      .batches = true,
      .batches_now = batches_now,
      .encode = encode,
      .sign = sign,
      .url_has_holes = url_has_holes,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::webhook
