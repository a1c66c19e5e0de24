// What the fuzz target and its replay check of the request parser.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tt::net {

/// Parses `bytes` as a stream of requests, once whole and once byte by byte, and says whether both
/// saw the same requests and the same end. Bounds are those of a small server.
bool is_parsed_alike(std::string_view bytes);

}  // namespace tt::net
