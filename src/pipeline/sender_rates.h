// SenderRates: the `rate` of an entry, a token bucket for each sender's address.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "portals/kit/rate_limit.h"

namespace tt::pipeline {

/// Thread safe. Remembers at most kSendersMax addresses; when more come, all begin afresh, so that
/// strangers cannot make it grow.
class SenderRates {
 public:
  static constexpr std::size_t kSendersMax = 10'000;

  explicit SenderRates(double per_sec) : per_sec_(per_sec) {}

  /// How long `sender` must wait from now; 0: it may send.
  std::int64_t wait_ns(std::string_view sender, SteadyNs now) {
    std::lock_guard lock(mutex_);
    return rate_of(sender, now).next_ns(now) - now;
  }
  /// What it sent counts; a large batch keeps it away for longer.
  void charge(std::string_view sender, SteadyNs now, std::size_t events) {
    std::lock_guard lock(mutex_);
    rate_of(sender, now).take(now, static_cast<double>(events));
  }

 private:
  portals::RateLimit& rate_of(std::string_view sender, SteadyNs now) {
    auto it = senders_.find(sender);
    if (it == senders_.end()) {
      if (senders_.size() >= kSendersMax) senders_.clear();
      it = senders_.try_emplace(std::string(sender), per_sec_, now).first;
    }
    return it->second;
  }

  const double per_sec_;
  std::mutex mutex_;
  std::map<std::string, portals::RateLimit, std::less<>> senders_;
};

}  // namespace tt::pipeline
