// Exit portal: posts each event as JSON to @NAME@.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::@ID@ {
namespace {

struct Config {
  config::Url url;
  Secret token;
  tmpl::Template text;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Where events go.")
            .required()
            .example("https://example.com/events"),
        config::field("token", &Config::token, "Sent as a bearer token.").default_text("none"),
        config::field("text", &Config::text, "Instead of the event's message.")
            .default_text("the message"),
    };
  }
};

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = sensitive_url(c.url),
                      .headers = {{"Content-Type", "application/json"}}};
  if (!c.token.empty())
    request.headers.emplace_back("Authorization", SensitiveText("Bearer ").append(c.token));
  const std::string text = c.text.empty()
                               ? event.event.text("message")
                               : c.text.render(*event.scope, {.failures = &request.failures});
  JsonWriter json;
  json.map().key("key").text(event.id).key("text").text(text);
  request.body = json.some("severity", event.event.text("severity")).end().take();
  return request;
}

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made =
      http_exit(HttpExit<Config>{.name = "@NAME@",
                                 .summary = "Posts each event as JSON.",
                                 .security = "Event data stands in JSON strings only.",
                                 .example = "type: @NAME@\nurl: https://example.com/events\n"
                                            "token: {env: @ENV@_TOKEN}\n",
                                 .encode = encode,
                                 .target = [](const Config& c) { return target_of(c.url); }});
  return made;
}

}  // namespace tt::portals::exit::@ID@
