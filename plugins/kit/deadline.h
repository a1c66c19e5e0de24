// Deadline: until when a call may last, spent over all the steps that it waits in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tt::broker {

/// Of the steady clock; starts when made; a length below 0 is over at once.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds length) : at_(Clock::now() + length) {}

  /// Never below 0.
  std::int64_t rest_ms() const {
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - Clock::now());
    return std::max<std::int64_t>(rest.count(), 0);
  }
  bool is_over() const { return rest_ms() == 0; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point at_;
};

}  // namespace tt::broker
