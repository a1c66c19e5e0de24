// Where and why a text is not JSON: a strict checker for the error path, byte by byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tt::event {

struct JsonFault {
  std::size_t position = 0;
  std::string text;  ///< "expected ',' or '}', found 'x'".
};

/// The first place where `text` stops being one JSON value in UTF-8, or nothing when it is one.
std::optional<JsonFault> find_json_fault(std::string_view text);

}  // namespace tt::event
