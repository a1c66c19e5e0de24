// Format: printf-like texts of the string library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "cel/value.h"

namespace tt::cel {

/// `%s %d %f %e %b %o %x %X %%`, with a precision for f and e (`%.2f`). A string value, or an error
/// that names the clause.
Value format_text(std::string_view pattern, const std::vector<Value>& arguments);

}  // namespace tt::cel
