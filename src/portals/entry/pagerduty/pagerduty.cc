// Entry portal: as PagerDuty for programs that send events to it, and for PagerDuty's webhooks.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/pagerduty/pagerduty.h"

#include <boost/json/value.hpp>

#include "base/secret.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::pagerduty {
namespace {

// Deeper than an event may be: what is too deep is cut later, not refused here.
constexpr std::size_t kDepthMax = 512;

struct Config {
  std::string path = "/pagerduty";
  Secret routing_keys;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path,
                      "Path of PagerDuty's webhooks; the Events API is below it."),
        config::field("routing_keys", &Config::routing_keys,
                      "Integration keys that events must carry. With them the entry takes no "
                      "webhooks, which have none.")
            .default_text("not checked")
            .example("[{env: PAGERDUTY_KEY_WEB}, {env: PAGERDUTY_KEY_DB}]"),
    };
  }
};

bool has_verifier(const Config& config) { return !config.routing_keys.empty(); }

/// Below the Events API's paths decode() looks at the key, because there a wrong one is a 400.
bool verify(const Config& config, const EntryRequest& request) {
  if (!has_verifier(config) || api_of_path(request.path) != Api::kWebhook) return true;
  const auto body = parse_json(request.body, nullptr, kDepthMax);
  return body && api_of_body(*body) != Api::kWebhook &&
         verify_equal(config.routing_keys, routing_key(request, *body));
}

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  std::string error;
  const HookBody body = parse_or_mend(request.body, &error);
  const boost::json::value* json = body.json.get();
  Api api = api_of_path(request.path);
  if (api == Api::kWebhook && json) api = api_of_body(*json);
  static const boost::json::value kNothing;
  if (api == Api::kWebhook) {
    // PagerDuty switches a webhook off after three answers of 4xx:
    // https://developer.pagerduty.com/docs/webhooks-behavior.
    take_webhook({request, context, json ? *json : kNothing, body.text}, out);
    return std::nullopt;
  }
  if (!json || !json->is_object())
    return invalid_event("Event object is invalid",
                         {json ? "the body is no JSON object" : "the body is no JSON: " + error});
  // As the service does: robusta-dev/robusta#571.
  if (has_verifier(config) && !verify_equal(config.routing_keys, routing_key(request, *json)))
    return invalid_event("Invalid routing key", {"'routing_key' is not one that is known here"});
  return take_event(api, {request, context, *json, body.text}, out);
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "pagerduty",
      .summary = "Takes what programs send to PagerDuty's Events API, and PagerDuty's webhooks.",
      .security =
          "Hardened against untrusted senders; set `routing_keys` for events, or `verify` with "
          "scheme pagerduty for webhooks, each in an entry of its own.",
      .example = "type: pagerduty\npath: /pagerduty\nrouting_keys: [{env: PAGERDUTY_KEY}]\n",
      .kinds = produced_kinds(),
      .decode = decode,
      .verify = verify,
      .has_verifier = has_verifier,
  });
  return made;
}

}  // namespace tt::portals::entry::pagerduty
