// Exit portal: triggers, acknowledges and resolves alerts in PagerDuty, or tells it of changes.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/pagerduty/body.h"
#include "portals/kit/json.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::pagerduty {
namespace {

constexpr std::size_t kErrorRunesMax = 500;

config::Url address_of(const Config& c) {
  if (!c.url.empty()) return c.url;
  return config::Url(std::string(c.region == Region::kEu ? "https://events.eu.pagerduty.com"
                                                         : "https://events.pagerduty.com"));
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.url = join_url(address_of(c), c.send == Send::kChanges ? "/v2/change/enqueue"
                                                                              : "/v2/enqueue"),
                      .headers = {{"Content-Type", "application/json"}}};
  TT_TRY(const std::string body, body_of(c, events.front(), request.failures));
  request.set_body(SensitiveText("{\"routing_key\":\"")
                       .append_json(c.routing_key)
                       .append("\",")
                       .append(std::string_view(body).substr(1)));
  return request;
}

/// "Event object is invalid: 'payload.source' is missing or blank"; empty when it says nothing.
std::string errors_of(const boost::json::value& json) {
  std::string text(text_at(json, "message"));
  if (const boost::json::array* errors = list_at(json, "errors")) {
    std::string_view separator = text.empty() ? "" : ": ";
    for (const boost::json::value& error : *errors) {
      text.append(separator).append(any_text_at(error, ""));
      separator = ", ";
    }
  }
  return clip_runes(printable(text), kErrorRunesMax);
}

// https://developer.pagerduty.com/docs/events-api-v2/overview/#response-codes--retry-logic
std::vector<Verdict> judge(const Config&, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_unless_page(answer, false, now_ns);
  const auto json = parse_json(answer.body);
  if (!json) return {std::move(verdict)};
  if (verdict.kind == VerdictKind::kDelivered) {
    verdict.reference = short_key(text_at(*json, "dedup_key"), kKeyBytesMax);
  } else if (answer.status == 400) {
    if (const std::string errors = errors_of(*json); !errors.empty())
      verdict.text = "HTTP 400 Bad Request: " + errors;
    // A wrong key is a 400 as well ("Invalid routing key", "Length of 'routing_key' is incorrect"):
    // no fault of the event, which waits until the key is mended.
    const std::string lower = to_lower(verdict.text);
    if (lower.find("routing key") != std::string::npos ||
        lower.find("routing_key") != std::string::npos)
      verdict.kind = VerdictKind::kMisconfigured;
  }
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(address_of(c)); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "pagerduty",
      .summary = "Triggers, acknowledges and resolves alerts in PagerDuty, or tells it of changes.",
      .security = "Event data is JSON text and links only to http and https; it cannot choose the "
                  "service that is paged. The key is never shown.",
      .example = "type: pagerduty\nrouting_key: {env: PAGERDUTY_KEY}\n",
      .has_life_cycle = true,
      .pages = true,
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::pagerduty
