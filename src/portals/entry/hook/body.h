// Bodies of hooks: forms as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::portals::entry::hook {

/// Deeper than an event may be: what is too deep is cut later, not refused here.
constexpr std::size_t kDepthMax = 512;

/// A form as a JSON object of texts; `payload=` alone (GitHub, Slack) is the JSON inside it.
std::string form_json(std::string_view form);

}  // namespace tt::portals::entry::hook
