// Escapes of string and bytes literals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::cel {

struct Unescaped {
  std::string text;
  std::string problem;       ///< Empty when fine.
  std::size_t position = 0;  ///< Of the escape with the problem.
};

/// Decodes the text between the quotes of a literal that is not raw. In bytes, \x and octal escapes
/// are bytes and \u is not allowed; in strings all are code points.
Unescaped unescape(std::string_view body, bool bytes);

}  // namespace tt::cel
