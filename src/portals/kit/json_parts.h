// Parts of a JSON text as the sender spelled them: elements of a list, members of an object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tt::portals {

// For portals that hand on pieces of a body: a parsed value written again loses the spelling of
// numbers (1.50, 20 digits). Both are total, but only valid JSON gives parts with a meaning.

/// The elements of a list; none of anything else.
std::vector<std::string_view> json_elements(std::string_view json);

struct JsonMember {
  std::string name;        ///< Unescaped.
  std::string_view value;  ///< Valid while the text is.
};
/// The members of an object in their order, repeated names included; none of anything else.
std::vector<JsonMember> json_members(std::string_view json);

}  // namespace tt::portals
