// Bodies of hooks: forms as JSON, and the parts of a list as the sender spelled them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tt::portals::entry::hook {

/// Deeper than an event may be: what is too deep is cut later, not refused here.
constexpr std::size_t kDepthMax = 512;

/// A form as a JSON object of texts; `payload=` alone (GitHub, Slack) is the JSON inside it.
std::string form_json(std::string_view form);
/// The elements of a JSON list, as they stand in the text. `json` must be valid JSON.
std::vector<std::string_view> elements(std::string_view json);

}  // namespace tt::portals::entry::hook
