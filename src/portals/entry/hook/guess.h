// What a person would read first of a body that nobody described.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace tt::portals::entry::hook {

/// In this order: words at the top ("message", "Subject"); words of an object inside, after what
/// happened to it ("opened: Spelling error"); what happened alone; the start of the body in one
/// line. `json` is the text of `body`.
std::string guess_message(const boost::json::value& body, std::string_view json);

/// The page that a person would open: an address of the web under one of its usual names, or empty.
std::string_view guess_view_link(const boost::json::value& body);

}  // namespace tt::portals::entry::hook
