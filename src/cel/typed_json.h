// Typed JSON: values with their type written out, and the lines of `vortex eval`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cel/environment.h"
#include "cel/value.h"

namespace tt::cel {

/// `{"type": T, "value": V}` with T in null, bool, int, uint (V a decimal string), double (V a
/// number, "NaN", "Infinity", "-Infinity" or "-0.0"), string, bytes ("base64" for "value"), list
/// (values), map ([key, value] pairs), timestamp (RFC 3339), duration ("1.5s"), type (V its name).
/// Optionals are `{"type": "optional_type", "value": V or null}`, others `{"type": name, "value":
/// text}`.
std::string to_typed_json(const Value& value);
/// The reverse; the value owns its texts. kReject says what is wrong.
Result<Value> from_typed_json(std::string_view json);
/// Plain JSON: numbers without fraction and exponent that fit 64 bits are ints (then uints), other
/// numbers doubles. The value owns its texts.
Result<Value> from_json(std::string_view json);

/// One line of `vortex eval` (design, "Commands"): `{"expr", "bindings", "container", "type_env",
/// "disable_check", "disable_macros"}` to `{"type": T, "value": V}` or `{"error": {"message",
/// "line", "column"}}`, without a newline. Bindings without a declared type are dyn. `typed` reads
/// and writes typed JSON; `check_only` gives `{"type": T}` of the checker. Never fails otherwise.
std::string eval_line(std::string_view json_line, bool typed, bool check_only);

}  // namespace tt::cel
