// Pattern: a regular expression of a configuration, whose named groups are fields.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/kinds.h"

namespace re2 {
class RE2;
}

namespace tt::portals::entry::lines {

constexpr std::size_t kPatternBytesMax = 8u << 10;
constexpr std::size_t kPatternGroupsMax = 100;

/// Compiled when the configuration is read. Immutable, thread safe. Matching takes time linear in
/// the line, whatever the expression (RE2).
struct Pattern {
  std::string text;
  std::shared_ptr<const re2::RE2> compiled;  ///< Null: not set.
  std::vector<std::string> groups;           ///< By number, from 1; empty: it has no name.

  bool empty() const { return compiled == nullptr; }
};

/// kMisconfigured: it is no expression of RE2, names no group, or is beyond the limits.
Result<Pattern> compile_pattern(std::string_view text);

}  // namespace tt::portals::entry::lines

namespace tt::config {

template <>
struct Kind<portals::entry::lines::Pattern> {
  static const TypeInfo& info();
};

}  // namespace tt::config
