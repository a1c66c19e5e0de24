// ChildCommand: which program is started, and what it gets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tt::net {

/// A line of a program's standard error as it may be shown. `is_cut`: more of it follows.
using LineMask = std::function<std::string(std::string_view line, bool is_cut)>;

struct ChildCommand {
  std::vector<std::string> argv;  ///< The program first, as an absolute path.
  std::vector<std::string>
      env_names;       ///< Variables of ours that it gets, beside PATH, LANG and TZ.
  std::string folder;  ///< Where it runs; empty: `/`.
  /// Asked at each start: what hides the secrets that the program has then. Null: it has none.
  std::function<LineMask()> mask = {};
};

}  // namespace tt::net
