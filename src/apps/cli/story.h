// Prints what `why` tells, for a terminal or a file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::cli {

/// `text` fit for printing: control characters that an event has smuggled in become spaces. With
/// colours, words that decide stand out.
std::string story(std::string_view text, bool is_coloured);
/// The same to stdout, coloured when that is a terminal.
void print_story(std::string_view text);

}  // namespace tt::cli
