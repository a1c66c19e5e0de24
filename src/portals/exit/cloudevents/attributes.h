// Attributes of CloudEvents: what the specification lets them be, and how they become headers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace tt::portals::exit::cloudevents {

/// Name and value, in order; without datacontenttype, whose place depends on the mode.
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// Header fields together stay below what servers take (often 8 KiB), even percent-encoded.
constexpr std::size_t kValueBytesMax = 512, kSourceBytesMax = 1024;

/// A String: control characters become spaces, what is no character U+FFFD; trimmed and cut.
std::string string_value(std::string_view text);
/// A URI-reference of `text`: what cannot stand in one is percent-encoded. Empty when there is
/// nothing to refer to.
std::string uri_reference(std::string_view text);
/// A Timestamp of RFC 3339; empty when `text` is no time.
std::string time_value(std::string_view text);
/// The value of a header in binary mode.
std::string header_value(std::string_view value);
/// Whether an extension may be called that: lower-case letters and digits, no name of the core.
bool is_extension_name(std::string_view name);

}  // namespace tt::portals::exit::cloudevents
