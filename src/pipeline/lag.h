// Lag: how much of the tunnel an exit holds back, and when that is too much.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "portals/kit/common.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// What one exit may hold back (design.md 6.3).
struct LagLimits {
  std::uint64_t bytes = UINT64_MAX;
  std::int64_t age_ns = INT64_MAX;
};
/// The exit's own limits; `tunnel_bytes_max`: of all undelivered events, for each exit the upper
/// bound, and twice its default.
LagLimits lag_limits(const portals::ExitCommon::MaxLag& own, std::uint64_t tunnel_bytes_max);

struct Lag {
  std::uint64_t bytes = 0;  ///< Of the log, from the first undecided event on; to about 1 MiB.
  std::int64_t age_ns = 0;  ///< Of that event.
  /// Of the limit that is nearer, in percent, at most 1000.
  int percent(const LagLimits& limits) const;
};

constexpr int kLagWarnPercent = 70;
constexpr int kLagFullPercent = 100;
constexpr int kLagKeptPercent = 90;  ///< A skip goes on to here; `block` ends here.

/// Follows one exit's lag over measurements. Belongs to the loop's thread.
class LagWatch {
 public:
  LagWatch(Metrics& metrics, const std::string& exit);
  void limit(const LagLimits& limits) { limits_ = limits; }
  /// The newest measurement: shown in the metrics, and in the log when it passes the warning.
  void take(const Lag& lag);
  const Lag& lag() const { return lag_; }
  int percent() const { return lag_.percent(limits_); }
  /// The limit was reached, and since then the lag did not go down to what may be kept.
  bool is_full() const { return is_full_; }
  bool is_kept(const Lag& lag) const { return lag.percent(limits_) <= kLagKeptPercent; }

 private:
  const std::string exit_;
  LagLimits limits_;
  Lag lag_;
  bool is_warned_ = false, is_full_ = false;
  Gauge &bytes_, &seconds_, &percent_;
};

/// When the first event at or after `seq` was received; nothing: there is none, or the disk does
/// not tell. Blocks.
std::optional<WallNs> received_at(tunnel::Tunnel& tunnel, tunnel::Seq seq);

/// The lowest seq from `from` on with a lag that may be kept; `from` while the limit is not
/// reached. Blocks.
tunnel::Seq kept_from(tunnel::Tunnel& tunnel, tunnel::Seq from, const LagLimits& limits,
                      WallNs now_ns);

}  // namespace tt::pipeline
