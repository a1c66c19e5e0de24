// Exit @NAME@: posts each event as JSON. The host sends, retries and keeps the rate.
// SPDX-License-Identifier: Apache-2.0
#include "tt_plugin.hpp"

namespace {

using namespace tt;
using namespace tt::portals;

struct Config {
  std::string url;
  Secret token;
  tmpl::Template text;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Where events go.")
            .required()
            .not_empty()
            .example("https://example.com/events"),
        config::field("token", &Config::token, "Sent as a bearer token."),
        config::field("text", &Config::text, "Instead of the event's message."),
    };
  }
};

// One event, as this exit does not say `batches`. Pure: no clock, no socket.
Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = c.url, .headers = {{"Content-Type", "application/json"}}};
  if (!c.token.empty())
    request.headers.emplace_back("Authorization", SensitiveText("Bearer ").append(c.token));
  const std::string text =
      c.text.empty() ? event.event.text("message") : c.text.render(*event.scope);
  JsonWriter json;
  json.map().key("key").text(event.idempotency_key).key("text").text(text);
  request.body = json.some("severity", event.event.text("severity")).end().take();
  return request;
}

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "@NAME@",
      .summary = "Posts each event as JSON.",
      .security = "Event data stands in JSON strings only.",
      .example = "type: @NAME@\nurl: https://example.com/events\ntoken: {env: @ENV@_TOKEN}\n",
      .encode = encode,
      .target = [](const Config& c) { return c.url; }});
  return made;
}

}  // namespace

TT_PLUGIN("@NAME@", "0.1.0", descriptor())
