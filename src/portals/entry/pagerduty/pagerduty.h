// What the pagerduty entry takes: events for PagerDuty, and PagerDuty's own webhooks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::pagerduty {

/// One request, its body parsed.
struct Body {
  const EntryRequest& request;
  const DecodeContext& context;
  const boost::json::value& json;
  std::string_view text;  ///< Of `json`.
};

/// Which of PagerDuty's interfaces a request means.
enum class Api : std::uint8_t {
  kAlert,     ///< Events API v2, /v2/enqueue.
  kChange,    ///< Events API v2, /v2/change/enqueue.
  kOldAlert,  ///< Events API v1, /generic/2010-04-15/create_event.json.
  kWebhook,   ///< PagerDuty tells us.
};
/// By the path below the entry's own.
Api api_of_path(std::string_view path);
/// Where the path is the entry's own: by the members that only one of them has.
Api api_of_body(const boost::json::value& body);

/// The routing key that a body names, or the header of old clients.
std::string routing_key(const EntryRequest& request, const boost::json::value& body);

/// Takes an alert or a change and fills the answer. `api` is not kWebhook.
std::optional<EntryRefusal> take_event(Api api, const Body& body, EntryEvents& out);
/// The answer that PagerDuty gives to what it does not take.
EntryRefusal invalid_event(std::string_view message, const std::vector<std::string>& errors);

/// Takes a webhook, whatever it holds. `body.json` may be of any type.
void take_webhook(const Body& body, EntryEvents& out);
std::vector<ProducedKind> produced_kinds();

/// `2020-07-17T08:42:58.315+0000`, as PagerDuty's own examples have it, with the colon of RFC 3339.
std::string iso_time(std::string_view text);

}  // namespace tt::portals::entry::pagerduty
