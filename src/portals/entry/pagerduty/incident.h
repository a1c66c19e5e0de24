// Incident: what webhooks of all versions say of one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "portals/kit/hook_event.h"

namespace tt::portals::entry::pagerduty {

/// Empty where the webhook does not say.
struct Incident {
  std::string id, number, title, url, service;
  std::string status;   ///< triggered, acknowledged, resolved.
  std::string urgency;  ///< high, low.
  std::string key, priority, team, assignee, policy;
  std::string actor;  ///< Who did it.
};

/// Writes message, severity and the well-known fields. `type` is v3's event_type; `data` is what
/// the webhook holds of it.
void describe(std::string_view type, const boost::json::value& data, const Incident& incident,
              HookEvent& event);

}  // namespace tt::portals::entry::pagerduty
