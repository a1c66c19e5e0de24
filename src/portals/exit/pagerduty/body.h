// The JSON that PagerDuty gets of an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "portals/exit/pagerduty/config.h"
#include "portals/kit/exit.h"

namespace tt::portals::exit::pagerduty {

// https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
constexpr std::size_t kKeyBytesMax = 255;

/// An alert or a change, by `send`; at most 512 KB. kReject without a summary.
Result<std::string> body_of(const Config& config, const OutgoingEvent& event,
                            tmpl::HoleFailures& failures);

}  // namespace tt::portals::exit::pagerduty
