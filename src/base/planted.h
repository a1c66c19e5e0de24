// Planted bugs: known mistakes that one extra build can switch on, so that tests prove they see
// them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#ifdef TT_PLANTED_BUGS
#include <cstdlib>
#endif

namespace tt {

// The names, and the tests that must fail with them: tests/planted/bugs.txt.

#ifdef TT_PLANTED_BUGS
/// True for the one bug that the environment variable TT_PLANT names. Thread safe.
inline bool planted(std::string_view bug) {
  static const char* const chosen = std::getenv("TT_PLANT");
  return chosen && bug == chosen;
}
#else
/// No program that is shipped has any: the preset `planted` alone defines TT_PLANTED_BUGS.
constexpr bool planted(std::string_view /*bug*/) { return false; }
#endif

}  // namespace tt
