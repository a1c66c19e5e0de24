// JSON values: the parsed forms behind typed_json.h; included by its two .cc files only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "base/result.h"
#include "cel/value.h"

namespace tt::cel {

/// Null when `object` is none, or has no such member.
const boost::json::value* json_member(const boost::json::value& object, const char* name);
Result<boost::json::value> parse_json(std::string_view text);
Result<Value> value_from_typed(const boost::json::value& tagged, int depth);
Result<Value> value_from_json(const boost::json::value& plain, int depth);

}  // namespace tt::cel
