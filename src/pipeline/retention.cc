// What the tunnel keeps: trimming what every exit is done with, and limits on what they are not.
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <algorithm>

#include "base/log.h"
#include "pipeline/daemon_impl.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

/// `tunnel.max_bytes`, or 80 % of the file system.
std::uint64_t tunnel_bytes_max(const Settings& settings, Disk& disk) {
  if (settings.max_bytes > 0) return settings.max_bytes;
  const auto space = disk.space(settings.data);
  return space.ok() && space->total_bytes > 0 ? space->total_bytes / 5 * 4 : UINT64_MAX;
}

}  // namespace

void RunningDaemon::trim_later() {
  const SteadyNs due = seams_.clock.steady_ns() + kTrimEveryMs * kNsPerMs;
  loop_->at(due, [this] {
    const auto settings = settings_.load();
    pool_->run("trim", [this, settings] {
      const std::uint64_t bytes_max = tunnel_bytes_max(*settings, seams_.disk);
      tunnel_bytes_max_.store(bytes_max);
      const Status trimmed =
          tunnel_->trim(settings->keep_for_ns, std::min(settings->keep_bytes, bytes_max));
      if (!trimmed) log::warning("trim failed", {{"error", trimmed.error().text}});
      watch_disk(settings->data);
    });
    trim_later();
  });
}

// Freed memory stays with the process below whatever is still in use: after one stall of the disk
// for ever, as what waited for it.
void RunningDaemon::return_memory_later() {
  loop_->at(seams_.clock.steady_ns() + kReturnMemoryEveryMs * kNsPerMs, [this] {
    pool_->run("memory", [] { malloc_trim(0); });
    return_memory_later();
  });
}

void RunningDaemon::watch_alerts_later() {
  loop_->at(seams_.clock.steady_ns() + kAlertsEveryMs * kNsPerMs, [this] {
    intake_->end_alerts();
    const SteadyNs now = seams_.clock.steady_ns();
    if (now - alerts_kept_ns_ >= kAlertsKeepMs * kNsPerMs) {
      alerts_kept_ns_ = now;
      pool_->run("alerts", [this] { alert_file_->keep(); });
    }
    watch_alerts_later();
  });
}

void RunningDaemon::limit_orphans_later() {
  loop_->at(seams_.clock.steady_ns() + kOrphansEveryMs * kNsPerMs, [this] {
    api_pool_->run("orphans", [this] { limit_orphans(); });
    limit_orphans_later();
  });
}

// A cursor without an exit holds back no more than an exit without options may: then it moves on,
// and a letter tells its exit, should that come back.
void RunningDaemon::limit_orphans() {
  // A reload may open one of them; then the next look is soon enough.
  const std::unique_lock nobody_opens_one(reload_mutex_, std::try_to_lock);
  if (!nobody_opens_one) return;
  LagLimits limits = lag_limits({}, tunnel_bytes_max_.load());
  if (!are_ages_trusted_.load()) limits.age_ns = INT64_MAX;
  for (const std::string& orphan : tunnel_->orphans()) {
    if (is_replay_cursor(orphan)) continue;                      // On its way out.
    if (settings_.load()->ruleset->find_exit(orphan)) continue;  // On its way in.
    const auto reader = tunnel_->open(orphan, {});
    if (!reader.ok()) continue;
    const tunnel::Seq from = (*reader)->cursor();
    const tunnel::Seq until = kept_from(*tunnel_, from, limits, seams_.clock.wall_ns());
    const std::uint64_t lost = count_unsettled(*tunnel_, (*reader)->settled(), from, until);
    if (until <= from || lost == 0) continue;
    const auto stored = tunnel_->dead_letters().append(
        gap_letter(orphan, from, until - 1, seams_.clock.wall_ns(),
                   "at most " + std::to_string(lost) +
                       " events were skipped while no exit had this name; as long as the tunnel "
                       "keeps them, a replay sends them"));
    if (stored.ok()) (*reader)->settle(from, until - 1);
  }
}

void RunningDaemon::watch_lags_later() {
  loop_->at(seams_.clock.steady_ns() + kLagEveryMs * kNsPerMs, [this] {
    watch_lags();
    watch_lags_later();
  });
}

void RunningDaemon::watch_lags() {
  // While the clock is in doubt nothing is too old.
  are_ages_trusted_.store(clock_guard_.trusts(seams_.clock.wall_ns(), seams_.clock.steady_ns()));
  bool is_held = false;
  for (const auto& delivery : Deliveries(deliveries_)) {
    delivery->watch_lag(tunnel_bytes_max_.load(), are_ages_trusted_.load());
    is_held |= delivery->holds_intake();
  }
  intake_->hold(is_held);
  if (replays_) replays_->limit(tunnel_bytes_max_.load());
}

void RunningDaemon::watch_disk(const std::string& directory) {
  using Space = SelfEvents::Space;
  const auto space = seams_.disk.space(directory);
  if (!space.ok()) return;
  if (tunnel_->status().is_full)
    self_.disk(Space::kFull, space->free_bytes);
  else if (space->free_bytes < kDiskLowBytes)
    self_.disk(Space::kLow, space->free_bytes);
  else if (space->free_bytes >= 2 * kDiskLowBytes)
    self_.disk(Space::kEnough, space->free_bytes);
}

}  // namespace tt::pipeline
