// Words of the checker's diagnostics that need nothing but names and types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cel/type.h"

namespace tt::cel {

/// A type without the language's inner words: `list(T)` is a list, a type variable is any.
std::string spoken(const Type& type);
/// `string.startsWith(string)`, `size(list)`, `int + int`, `!bool`.
std::string signature(const std::string& name, const std::vector<Type>& types, bool member);
/// What to write for `text.step` where the value `text` of this type has no fields; may be empty.
std::string hint_for_step(std::string_view step, const std::string& text, const Type& type);

/// How to ask yes or no of a value `text` that is no bool; `negated`: it stands behind `!`.
std::string hint_for_condition(const std::string& text, const Type& type, bool negated);

}  // namespace tt::cel
