// Compare: equality and order of values across kinds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cel/value.h"

namespace tt::cel {

/// CEL equality across kinds: numbers compare by value (1 == 1u == 1.0), NaN equals nothing, values
/// of unlike kinds are unequal, lists and maps by content. Operands are neither errors nor absent.
bool equal(const Value& a, const Value& b);
/// The same, but gives up (false, `steps_left` negative) when it takes too long: parts that values
/// share can make a comparison endless.
bool equal(const Value& a, const Value& b, std::int64_t& steps_left);

enum class Order : unsigned char { kLess, kEqual, kGreater, kUnordered /* NaN */, kIncomparable };
/// Order of bool, numbers (across kinds), string, bytes, timestamp, duration.
Order compare(const Value& a, const Value& b);

}  // namespace tt::cel
