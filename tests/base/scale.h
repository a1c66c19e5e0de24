// How much an enumerating test does: the gate's share, or more in long runs (`make torture`).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"

namespace tt {

/// TT_TORTURE: a factor for the number of random cases; not set: 1, and everything bounded.
inline std::uint64_t torture() {
  const char* const text = std::getenv("TT_TORTURE");
  return text ? parse_u64(text).value_or(1) : 1;
}
inline bool is_torture() { return torture() > 1; }

/// Sanitizers make everything several times slower; what they look for shows in fewer cases.
inline std::uint64_t scaled(std::uint64_t cases) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::uint64_t kFewer = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  constexpr std::uint64_t kFewer = 10;
#else
  constexpr std::uint64_t kFewer = 1;
#endif
#else
  constexpr std::uint64_t kFewer = 1;
#endif
  return (cases * torture() + kFewer - 1) / kFewer;
}

/// TT_SEED replays a run that failed.
inline std::uint64_t seed() {
  const char* const text = std::getenv("TT_SEED");
  return text ? parse_u64(text).value_or(1) : 1;
}

}  // namespace tt
