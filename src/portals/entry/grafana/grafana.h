// Grafana's hooks that are no list of alerts: one event each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>

#include "portals/kit/hook_body.h"
#include "portals/kit/hook_event.h"

namespace tt::portals::entry::grafana {

/// What the notification channels of Grafana 8 and older send.
bool is_channel_notice(const boost::json::value& body);
HookEvent channel_event(const boost::json::value& body);
/// What a payload template made, as far as its names say what they mean.
HookEvent templated_event(const boost::json::value& value, const HookBody& body);

}  // namespace tt::portals::entry::grafana
