// Operators on values: arithmetic, membership, indexing. Operands are neither errors nor absent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cel/value.h"

namespace tt::cel {

Value add(const Value& a, const Value& b);
Value subtract(const Value& a, const Value& b);
Value multiply(const Value& a, const Value& b);
Value divide(const Value& a, const Value& b);
Value modulo(const Value& a, const Value& b);
Value negate(const Value& a);
/// `a in b`
Value contains(const Value& a, const Value& b);
/// `container[key]`, with optional containers.
Value index(const Value& container, const Value& key);
/// `container[?key]`: an optional, or an error when the container is neither list nor map.
Value optional_index(const Value& container, const Value& key);

/// `no overload of '+' for (int, string)`
Value no_overload(std::string_view name, std::string_view kinds);
std::string kinds_text(const Value& a);
std::string kinds_text(const Value& a, const Value& b);

}  // namespace tt::cel
