// Dialects: what users of other languages write, and how it is said in CEL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tt::cel {

/// All of these give a hint such as `write '&&'`, or empty for what no known language has.
/// Letters compare without regard to case. Static texts.

/// A word or symbol where an operator was expected: `and`, `=~`, `is`, `contains`.
std::string_view hint_for_operator(std::string_view written);
/// A symbol or word where a value was expected: `/`, `?`, `not`.
std::string_view hint_for_value(std::string_view written);
/// A name that nothing has: `None`, `this`, `now`.
std::string_view hint_for_name(std::string_view name);
/// A function that does not exist: `len`, `downcase`, `includes`, `now`.
std::string_view hint_for_function(std::string_view name);
/// How a macro is used; empty when `name` is none. A call with other arguments is no macro.
std::string_view usage_of_macro(std::string_view name);
/// The end of a number such as `5m`: units of time and of bytes.
std::string_view hint_for_unit(std::string_view letters);

}  // namespace tt::cel
