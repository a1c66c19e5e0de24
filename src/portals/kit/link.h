// Links: only http and https addresses from events become something to click.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace tt::portals {

constexpr std::size_t kLinkBytesMax = 2048;

/// `url` when it is an http or https URL of visible ASCII that cannot end an attribute, a Markdown
/// or a Slack link (no quotes, angle brackets, bars, backslashes, spaces); else empty.
inline std::string_view safe_link(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || url.size() > kLinkBytesMax) return {};
  const std::string_view scheme = url.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return {};
  const std::string_view rest = url.substr(colon + 3);
  if (rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#') return {};
  const bool is_clean = std::all_of(rest.begin(), rest.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"'<>|\\`{}^").find(c) == std::string_view::npos;
  });
  return is_clean ? url : std::string_view{};
}

}  // namespace tt::portals
