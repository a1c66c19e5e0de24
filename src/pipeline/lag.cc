// Limits of an exit's lag, and how near it is to them.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/lag.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"

namespace tt::pipeline {

LagLimits lag_limits(const portals::ExitCommon::MaxLag& own, std::uint64_t tunnel_bytes_max) {
  return {.bytes = std::min(own.bytes.value_or(tunnel_bytes_max / 2), tunnel_bytes_max),
          .age_ns = own.age_ns};
}

int Lag::percent(const LagLimits& limits) const {
  const double of_bytes =
      static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(limits.bytes, 1));
  const double of_age =
      static_cast<double>(age_ns) / static_cast<double>(std::max<std::int64_t>(limits.age_ns, 1));
  return static_cast<int>(std::clamp(100 * std::max(of_bytes, of_age), 0.0, 1000.0));
}

LagWatch::LagWatch(Metrics& metrics, const std::string& exit)
    : exit_(exit),
      bytes_(gauge(metrics, "tt_exit_lag_bytes", {{"exit", exit}})),
      seconds_(gauge(metrics, "tt_exit_lag_seconds", {{"exit", exit}})),
      percent_(gauge(metrics, "tt_exit_lag_percent", {{"exit", exit}})) {}

void LagWatch::take(const Lag& lag) {
  lag_ = lag;
  const int now = percent();
  bytes_.set(static_cast<std::int64_t>(lag.bytes));
  seconds_.set(lag.age_ns / kNsPerSec);
  percent_.set(now);
  if (now >= kLagFullPercent)
    is_full_ = true;
  else if (now <= kLagKeptPercent)
    is_full_ = false;
  if (now < kLagWarnPercent)
    is_warned_ = false;
  else if (!std::exchange(is_warned_, true))
    log::warning("an exit falls behind: at 100 percent of `max_lag` it does what `when_full` says",
                 {{"exit", exit_},
                  {"percent", now},
                  {"bytes", lag.bytes},
                  {"seconds", lag.age_ns / kNsPerSec}});
}

std::optional<WallNs> received_at(tunnel::Tunnel& tunnel, tunnel::Seq seq) {
  const auto scan = tunnel.scan(seq);
  for (;;) {
    const auto batch = scan->next(1);
    if (!batch.ok() || !*batch) return std::nullopt;
    if (!(*batch)->events().empty()) return (*batch)->events().front().meta.received_ns;
  }
}

tunnel::Seq kept_from(tunnel::Tunnel& tunnel, tunnel::Seq from, const LagLimits& limits,
                      WallNs now_ns) {
  const auto received_ns = received_at(tunnel, from);
  if (!received_ns) return from;
  const Lag lag{tunnel.bytes_from(from), now_ns - *received_ns};
  if (lag.percent(limits) < kLagFullPercent) return from;
  const std::int64_t age_ns = limits.age_ns / 100 * kLagKeptPercent;
  const std::uint64_t bytes = limits.bytes / 100 * kLagKeptPercent;
  tunnel::Seq low = age_ns < now_ns ? std::max(from, tunnel.seek_time(now_ns - age_ns)) : from;
  // The bytes behind a seq only fall as it rises.
  for (tunnel::Seq high = std::max(low, tunnel.status().visible); low < high;) {
    const tunnel::Seq middle = low + (high - low) / 2;
    if (tunnel.bytes_from(middle) > bytes)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace tt::pipeline
