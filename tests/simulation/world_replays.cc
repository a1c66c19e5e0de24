// Replays in a world of faults: an operator begins and cancels them, the end checks what they
// brought.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "pipeline/replay.h"
#include "simulation/world.h"

namespace tt::simulation {

using Phase = pipeline::ReplayState::Phase;

void World::replay(pipeline::Daemon& daemon, const PlannedExit& exit) {
  constexpr double kPaces[] = {0.5, 20, 1'000};
  pipeline::ReplayRequest request;
  request.range.exit = exit.name;
  request.range.since = below(daemon.tunnel().status().visible + 1);
  request.per_sec = kPaces[below(std::size(kPaces))];
  request.allow_removed = plan_.has_short_retention || oracle_.deaths() > 0;
  const SteadyNs now_ns = clock_.steady_ns();
  const auto begun = daemon.replays().begin(request);
  if (!begun.ok()) {
    trace_.note(fmt::format("no replay of {}: {}", exit.name, begun.error().text));
    if (begun.error().code != Code::kReject && node_->is_alive() && !is_full_ &&
        node_->disk().failures() == 0)
      oracle_.problem("a replay does not begin: " + begun.error().text);
    return;
  }
  trace_.note(fmt::format("replay {} of {}", begun->state.epoch, exit.name));
  if (!begun_ns_.emplace(std::pair(exit.name, begun->state.epoch), now_ns).second)
    oracle_.problem(fmt::format("exit {} has two replays {}", exit.name, begun->state.epoch));
  if (below(3) != 0) return;
  scheduler_.sleep_ns(static_cast<std::int64_t>(below(20 * kNsPerSec)));
  (void)daemon.replays().cancel(exit.name);
}

bool World::is_replaying(pipeline::Daemon& daemon, const PlannedExit& exit) {
  const auto status = daemon.replays().status(exit.name);
  if (!status.ok()) return false;
  const pipeline::ReplayCounts& counts = status->state.counts;
  if (counts.selected != counts.delivered + counts.dead + counts.pending)
    oracle_.problem(
        fmt::format("{} replay {} of {}: {} selected, but {} delivered, {} dead, {} pending",
                    status->activity, status->state.epoch, exit.name, counts.selected,
                    counts.delivered, counts.dead, counts.pending));
  return status->state.phase == Phase::kRunning || status->activity == "ending";
}

void World::check_replays(const PlannedExit& exit,
                          const std::map<tunnel::Seq, std::string>& letters) {
  const auto status = node_->daemon().replays().status(exit.name);
  if (!status.ok()) return;
  const pipeline::ReplayState& state = status->state;
  const std::uint64_t brought = oracle_.brought(exit.name, state.epoch);
  if (state.counts.delivered > brought)
    oracle_.problem(fmt::format("replay {} of {} says {} delivered, and brought {}", state.epoch,
                                exit.name, state.counts.delivered, brought));
  const auto begun = begun_ns_.find({exit.name, state.epoch});
  if (state.phase != Phase::kDone || begun == begun_ns_.end() || plan_.has_short_retention) return;
  oracle_.check_replay(exit.name, state.epoch, state.since, state.until, begun->second, letters);
}

}  // namespace tt::simulation
