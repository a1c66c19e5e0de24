// Expected values: what a test says of a value, and the differences to the one that was found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/node.h"

namespace tt::rehearse {

/// An expectation that was not met. Both sides are one line each, JSON where they are values;
/// empty: nothing there.
struct Difference {
  std::string path;  ///< "exits", "requests.team-chat.body.text".
  std::string expected;
  std::string found;
  config::Mark mark = {};  ///< Where it was expected.
  std::string note = {};   ///< What may help: the names that are there.
};
using Differences = std::vector<Difference>;

// An expected value is
//   a scalar             the same value of the same type; numbers by value
//   a list               as many items, each as expected
//   a map                at least these members
//   {contains: TEXT}     a text with this part, or a list with this item
//   {matches: REGEX}     a text in which RE2 finds this
//   {absent: true}       nothing is there; false: anything is
// The last three may stand together and hold for what is not a map with such a member.

/// Null `found`: nothing there.
void match_value(const config::Node& expected, const boost::json::value* found,
                 const std::string& path, Differences& out);
void match_text(const config::Node& expected, std::string_view found, const std::string& path,
                Differences& out);
/// Fields of a flat object by their dotted names; a nested map stands for names with dots.
void match_fields(const config::Node& expected, const boost::json::object& fields,
                  const std::string& path, Differences& out, const std::string& prefix = "");
/// As differences show it: `contains "web"`, or JSON.
std::string expected_text(const config::Node& expected);
/// Whether the map is made of `contains`, `matches` and `absent`.
bool is_form(const config::Node& expected);
/// Reports regular expressions that are none, and what check_value() does.
bool check_expected(const config::Node& expected, const config::Files& files,
                    config::Diagnostics& diagnostics);

}  // namespace tt::rehearse
