// Breaker: stops sending to an exit that does not answer, probes it, and comes back slowly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/random.h"

namespace tt::portals {

/// States:
///
///   closed --10 failures in a row, or one misconfigured--> open --probe succeeds--> slow start
///     ^                                                     |  ^                        |
///     |                                                     +--+ probe fails            |
///     +---------------- the window is wider than the exit ever needs ---------------------+
///
/// Open: one request (the probe) at a time, after 1 s, 2 s, 4 s ... 5 min, each plus up to 10 % so
/// that exits that died together are not probed together; a day's outage costs less than 300
/// attempts. Slow start: at most 1, 2, 4 ... requests in flight, doubled when as many succeeded; a
/// failure in it opens again. Not thread safe.
class Breaker {
 public:
  static constexpr std::uint32_t kFailuresToOpen = 10;
  static constexpr std::int64_t kProbeNsMin = kNsPerSec;
  static constexpr std::int64_t kProbeNsMax = 300 * kNsPerSec;
  static constexpr std::size_t kWindowMax = 256;

  /// `in_flight_max`: how many requests the exit may have out. Slow start ends beyond that: it
  /// would else last for 256 successes, and one failure in it is taken for the exit's.
  Breaker(Random& random, std::size_t in_flight_max)
      : random_(&random), window_max_(std::min(in_flight_max, kWindowMax)) {}

  /// Whether a request may start now, while `in_flight` others have not been answered.
  bool allows(SteadyNs now, std::size_t in_flight) const {
    if (is_open_) return !is_probing_ && now >= next_probe_ns_;
    return window_ == 0 || in_flight < window_;
  }
  bool is_open() const { return is_open_; }
  /// Open: when the next probe is due. While a probe is out nothing is due: its answer decides.
  SteadyNs next_probe_ns() const { return next_probe_ns_; }

  /// The next request may start at once: there is reason to believe that it will be answered.
  void probe_now() { next_probe_ns_ = 0; }
  void on_start() {
    if (is_open_) is_probing_ = true;
  }
  /// The other side answered, whatever it thought of the event.
  void on_success();
  void on_failure(SteadyNs now);
  void on_misconfigured(SteadyNs now);

 private:
  void open(SteadyNs now);

  Random* random_;
  std::size_t window_max_;
  bool is_open_ = false;
  bool is_probing_ = false;
  std::uint32_t failures_ = 0;  ///< In a row.
  std::uint32_t step_ = 0;      ///< Probes that failed since it opened.
  std::size_t window_ = 0;      ///< Slow start; 0: none.
  SteadyNs next_probe_ns_ = 0;
};

}  // namespace tt::portals
