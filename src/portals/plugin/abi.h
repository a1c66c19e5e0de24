// The two sides of the plugin ABI in one place: views of its texts, and members that may be
// missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "tt_plugin.h"

namespace tt::portals::plugin {

inline tt_str str_of(std::string_view text) { return {text.data(), text.size()}; }
/// Empty for null: what a plugin gives is not believed.
inline std::string_view view_of(const tt_str& text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
inline std::string_view view_of(const char* text) {
  return text ? std::string_view(text) : std::string_view();
}

/// A member of a plugin's table, or null when the plugin is older than it.
#define TT_MEMBER(table, member) \
  (TT_HAS(std::remove_cvref_t<decltype(*(table))>, table, member) ? (table)->member : nullptr)

}  // namespace tt::portals::plugin
