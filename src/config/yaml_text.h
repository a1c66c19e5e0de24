// What the YAML reader looks up in the source text, because the parser's events do not tell.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/node.h"

namespace tt::config {

std::size_t count_nodes(const Node& node);  ///< With all below it.
std::size_t count_text(const Node& node);   ///< Bytes of texts and names.

/// `rest` behind tags and anchors: the library's mark is that of the first of them.
std::string_view skip_properties(std::string_view rest);
Style style_at(std::string_view rest);
/// Length of the quoted scalar that starts here, over all its lines; npos when it never ends.
std::size_t quoted_bytes(std::string_view rest);
/// Bytes that a scalar takes on its first line.
std::size_t source_bytes(std::string_view rest, const Node& node);
/// The comment behind a blank, on the same line; else empty.
std::string comment_at(std::string_view rest);
/// Size, UTF-8 and control characters; reports what is wrong.
bool is_readable(int file, std::string_view text, Diagnostics& diagnostics);

}  // namespace tt::config
