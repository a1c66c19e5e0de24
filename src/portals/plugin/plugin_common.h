// What the host makes sure of in the requests of plugins, and the sender of those that must wait.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "portals/kit/exit.h"

namespace tt::portals::plugin {

/// Method of a request that is not sent: its body says why, and a header whether a person must mend
/// something first.
inline constexpr std::string_view kHeldMethod = "hold";
/// Answers such requests, and hands on all others.
std::unique_ptr<ExitSender> make_held_sender(std::unique_ptr<ExitSender> inner);

/// kReject when it would break out of the protocol: a URL that is not visible ASCII, a header with
/// a line break.
Status check_request(const ExitRequest& request);

}  // namespace tt::portals::plugin
