// Finds the bracket of a list or map in flow style that is still open at some place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "config/files.h"

namespace tt::config {

struct OpenBracket {
  Mark mark;
  char bracket = 0;        ///< `{` or `[`.
  bool is_inside = false;  ///< Another one around it is open too.
};

/// The innermost bracket that is open before `end`, looked for from the beginning of line
/// `from_line` on; nothing when none is. Texts in quotes and comments are left out.
std::optional<OpenBracket> find_open_bracket(const Files& files, std::uint32_t from_line,
                                             const Mark& end);

}  // namespace tt::config
