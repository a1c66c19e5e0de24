// The members of a JSON object and the elements of a list, found without reading what is in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace tt {

// Nothing when the text is none by its brackets and quotes. Where it is one by those only (`[a b]`
// inside, `{]`), its parts mean nothing: a parser must see the text, or what is made of it.

struct RawMember {
  std::string_view name;   ///< As written, without its quotes.
  std::string_view value;  ///< As written.
};
/// In their order, repeated names included.
std::optional<std::vector<RawMember>> split_object(std::string_view text);

/// The elements of a list as written.
std::optional<std::vector<std::string_view>> split_list(std::string_view text);

/// The value of that name, or empty.
std::string_view find_member(const std::vector<RawMember>& members, std::string_view name);
/// Likewise in a text, which may be no object: numbers keep their digits.
std::string_view raw_member(std::string_view text, std::string_view name);

}  // namespace tt
