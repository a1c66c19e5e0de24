// Finds the value that a line of YAML was plainly meant to hold, and quotes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/files.h"

namespace tt::config {

constexpr auto kNone = std::string_view::npos;  ///< No such byte in a text.

/// The value that was meant, on one line: [begin, end) in bytes from 0.
struct Meant {
  std::string_view line;
  std::size_t begin = 0, end = 0;
  bool is_flow = false;  ///< Inside of brackets.
  std::string_view value() const { return line.substr(begin, end - begin); }
};

/// The value that starts at byte `begin`.
Meant meant_from(std::string_view line, std::size_t begin, bool is_flow);
/// The value around byte `column` of a line that does not parse.
Meant find_meant(std::string_view line, std::size_t column);
/// Underlines the value.
Mark mark_at(const Mark& line, const Meant& meant);
/// The name of `${name}` or `$NAME`, which shells replace and nothing here does; else empty. Small
/// letters without braces may as well be a password.
std::string_view shell_variable(std::string_view text);
/// "put the value in quotes:" and the line with `value` in the place of what was meant;
/// of `${NAME}` that with `{env: NAME}`.
std::string quote_hint(const Meant& meant, std::string_view value);
/// Length of `name:` and the blanks behind it at the start of `text`; 0 when there is none.
std::size_t name_bytes(std::string_view text);

}  // namespace tt::config
