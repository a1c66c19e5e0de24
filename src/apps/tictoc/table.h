// Tables and lists of API answers for terminals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tt::tictoc {

/// A member as text: strings as they are (control characters removed), null as nothing, the rest as
/// JSON.
std::string member_text(const boost::json::value& map, std::string_view name);
/// The list `member` of `answer`, a row an element, columns as wide as needed.
void print_table(const boost::json::value& answer, std::string_view member,
                 std::initializer_list<const char*> columns);
/// `name  value`, a line each.
void print_members(const boost::json::value& map);

}  // namespace tt::tictoc
