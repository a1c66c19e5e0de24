// Turns JSON values of events into CEL values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cel/value.h"
#include "event/event.h"

namespace tt::tmpl {

/// int when there is neither fraction nor exponent and it fits, else double.
cel::Value number_value(std::string_view json);
/// A JSON array of scalars, canonical.
cel::Value array_value(std::string_view json);
/// What a JSON string between its quotes stands for.
std::string unescape_json(std::string_view inside);
void append_unescaped(std::string& out, std::string_view inside);

/// All fields below `group.` as a list (names are 0..n-1) or a map, nested; absent when there is
/// none.
cel::Value group_value(const event::EventView& event, std::string_view group);
/// All fields by dotted name.
cel::Value whole_event(const event::EventView& event);

}  // namespace tt::tmpl
