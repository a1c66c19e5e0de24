// Where they begin and end says base/json_split; names are read by the parser.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/json_parts.h"

#include <boost/json/value.hpp>

#include "base/json_split.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

std::string unescaped(std::string_view name) {
  if (name.find('\\') != std::string_view::npos)
    if (const auto text = parse_json("\"" + std::string(name) + "\""))
      return std::string(text_at(*text, ""));
  return std::string(name);
}

}  // namespace

std::vector<std::string_view> json_elements(std::string_view json) {
  return split_list(json).value_or(std::vector<std::string_view>());
}

std::vector<JsonMember> json_members(std::string_view json) {
  std::vector<JsonMember> found;
  if (const auto members = split_object(json))
    for (const RawMember& member : *members)
      found.push_back({unescaped(member.name), member.value});
  return found;
}

}  // namespace tt::portals
