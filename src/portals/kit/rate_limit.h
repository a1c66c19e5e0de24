// RateLimit: a token bucket that says when the next request may start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace tt::portals {

/// Holds one second's worth of tokens, at least one; starts full. Not thread safe; times are of a
/// steady clock.
class RateLimit {
 public:
  RateLimit(double per_sec, SteadyNs now)
      : per_sec_(std::max(per_sec, 1e-9)),
        tokens_max_(std::max(1.0, per_sec_)),
        tokens_(tokens_max_),
        filled_ns_(now) {}

  /// What it holds at most, in whole tokens.
  std::size_t burst() const { return static_cast<std::size_t>(tokens_max_); }
  /// When a token is there: `now` or later.
  SteadyNs next_ns(SteadyNs now) const {
    const double tokens = tokens_at(now);
    if (tokens >= 1) return now;
    const double wait_ns = std::ceil((1 - tokens) / per_sec_ * 1e9);
    // Beyond a year is as good as never, and fits the type.
    return now + static_cast<std::int64_t>(std::min(wait_ns, 3.2e16));
  }
  /// Takes tokens; call when next_ns(now) <= now. More than are there make a debt.
  void take(SteadyNs now, double count = 1) {
    tokens_ = tokens_at(now) - count;
    filled_ns_ = now;
  }

 private:
  double tokens_at(SteadyNs now) const {
    const double fresh = static_cast<double>(now - filled_ns_) * 1e-9 * per_sec_;
    // A hair of slack: what next_ns() promised must be true when that time has come.
    return std::min(tokens_max_, tokens_ + fresh + 1e-9);
  }

  double per_sec_, tokens_max_, tokens_;
  SteadyNs filled_ns_;
};

}  // namespace tt::portals
