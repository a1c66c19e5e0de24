// Colours of a terminal (ECMA-48 "select graphic rendition"); who prints asks isatty() before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tt::colour {

inline constexpr std::string_view kRed = "\x1b[31m", kGreen = "\x1b[32m", kYellow = "\x1b[33m",
                                  kBold = "\x1b[1m", kBoldRed = "\x1b[1;31m",
                                  kBoldYellow = "\x1b[1;33m", kDim = "\x1b[2m";
inline constexpr std::string_view kEnd = "\x1b[0m";  ///< Of all of them.

}  // namespace tt::colour
