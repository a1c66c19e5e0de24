// Backoff: pauses between attempts, doubled each time and fully random below that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/planted.h"
#include "base/random.h"

namespace tt::portals {

/// A pause is uniform in [0, min(cap, base * 2^(attempt - 1))]: many exits that failed together do
/// not come back together.
class Backoff {
 public:
  Backoff(std::int64_t base_ns, std::int64_t cap_ns)
      : base_ns_(std::max<std::int64_t>(base_ns, 1)), cap_ns_(std::max(cap_ns, base_ns_)) {}

  /// The longest pause after `attempts` failures (1: the first).
  std::int64_t ceiling_ns(std::uint32_t attempts) const {
    const std::uint32_t doublings = attempts > 0 ? attempts - 1 : 0;
    if (doublings >= 62 || base_ns_ > (cap_ns_ >> doublings)) return cap_ns_;
    return base_ns_ << doublings;
  }
  std::int64_t pause_ns(std::uint32_t attempts, Random& random) const {
    if (planted("no-jitter")) return ceiling_ns(attempts);
    return static_cast<std::int64_t>(
        random.below(static_cast<std::uint64_t>(ceiling_ns(attempts)) + 1));
  }

 private:
  std::int64_t base_ns_, cap_ns_;
};

}  // namespace tt::portals
