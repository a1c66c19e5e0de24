// Parts of URNs made from what senders call things.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::portals {

constexpr std::size_t kUrnPartBytesMax = 128;

/// `text` as one part of a kind or source: letters, digits, `-`, `.` and `_` stay, each other byte
/// becomes `_`, and what is longer is cut. Rules compare kinds and exits make names of them, so
/// nothing that has a meaning elsewhere may get into one.
inline std::string urn_part(std::string_view text) {
  std::string part(text.substr(0, kUrnPartBytesMax));
  for (char& c : part) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!is_plain) c = '_';
  }
  return part;
}

}  // namespace tt::portals
