// One call of deliver(): events to the bytes that are kept for a retry, and back to events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "portals/kit/exit.h"
#include "portals/plugin/instance.h"

namespace tt::portals::plugin {

/// The events as call_deliver() reads them: a line of JSON each, which dead letters show, with the
/// templates rendered.
Result<ExitRequest> deliver_request(const PluginOptions& options,
                                    std::span<const OutgoingEvent> events);

/// Calls deliver() with the events of such lines. The answer's body is what verdicts_of() reads; it
/// is_misconfigured when there is no life to call.
ExitAnswer call_deliver(Instance& instance, std::string_view lines);

}  // namespace tt::portals::plugin
