// Launching, watching and ending; the work is the deliveries'.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/running_replays.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "pipeline/late_exits.h"
#include "pipeline/where.h"

namespace tt::pipeline {

using Phase = ReplayState::Phase;

RunningReplays::RunningReplays(Parts parts) : parts_(std::move(parts)) {}

RunningReplays::~RunningReplays() = default;

Status RunningReplays::launch(const ReplayState& state, std::unique_ptr<tunnel::Reader> reader) {
  DeliveryContext& context = parts_.context;
  ReplayRun run{.epoch = state.epoch,
                .until = state.until,
                .pace = portals::RateLimit(state.per_sec, context.clock.steady_ns()),
                .selected = state.counts.selected,
                .sent = state.counts.sent,
                .settled = state.settled};
  if (!state.where.empty()) {
    TT_TRY(std::shared_ptr<Where> where, Where::compile(state.where));
    run.wants = [where, &context](const tunnel::StoredEvent& event) {
      return where->matches(event, tunnel::format_id(context.routing.log_id(), event.meta.seq));
    };
  }
  // Later: the delivery that calls this is in the middle of its work.
  run.on_end = [this, exit = state.exit] {
    parts_.context.loop.post([this, exit] { end(exit, Phase::kDone, ""); });
  };
  Status launched = stopped("shutting down");
  context.loop.run([&] {
    const auto& exits = context.routing.settings().exits;
    const auto place = std::find_if(exits.begin(), exits.end(),
                                    [&](const ExitSettings& e) { return e.name == state.exit; });
    run.live = parts_.live(state.exit);
    if (!run.live || place == exits.end()) {
      launched = not_open(context.routing.settings(), state.exit);
      return;
    }
    const auto live = run.live;
    const auto delivery =
        std::make_shared<Delivery>(context, *place, static_cast<std::size_t>(place - exits.begin()),
                                   std::move(reader), std::move(run));
    live->accompany(delivery);
    delivery->accompany(live);
    running_.insert_or_assign(state.exit, Running{.state = state, .delivery = delivery});
    if (live->status().state == "paused") delivery->pause(true);
    delivery->pump();
    launched = {};
  });
  return launched;
}

ReplayCounts RunningReplays::Running::counts() const {
  ReplayCounts counts = delivery->replay_counts();
  const ReplayCounts& kept = state.counts;  // Of before the last stop.
  counts.delivered += kept.delivered;
  counts.dead += kept.dead;
  counts.filtered += kept.filtered;
  return counts;
}

std::optional<ReplayStatus> RunningReplays::status(std::string_view exit) const {
  const auto found = running_.find(exit);
  if (found == running_.end()) return std::nullopt;
  const Running& running = found->second;
  const ExitStatus delivery = running.delivery->status();
  const bool is_held = delivery.state == "paused" || delivery.state == "waiting";
  ReplayStatus status{.state = running.state,
                      .activity = running.is_ending ? "ending"
                                  : is_held         ? delivery.state
                                                    : "running",
                      .problem = delivery.problem};
  status.state.counts = running.counts();
  return status;
}

std::optional<ReplayState> RunningReplays::state(std::string_view exit) const {
  const auto found = running_.find(exit);
  if (found == running_.end() || found->second.is_ending) return std::nullopt;
  ReplayState state = found->second.state;
  state.counts = found->second.counts();
  return state;
}

void RunningReplays::end(const std::string& exit, Phase phase, std::string reason) {
  const auto found = running_.find(exit);
  if (found == running_.end() || found->second.is_ending) return;
  Running& running = found->second;
  running.is_ending = true;
  running.state.phase = phase;
  running.state.reason = std::move(reason);
  running.state.ended_ns = parts_.context.clock.wall_ns();
  running.delivery->drain(
      [this, exit] { parts_.context.loop.post([this, exit] { release(exit); }); });
}

void RunningReplays::release(const std::string& exit) {
  const auto found = running_.find(exit);
  if (found == running_.end()) return;
  ReplayState state = found->second.state;
  state.counts = found->second.counts();
  // What a cancel has kept from being sent.
  const std::uint64_t decided = state.counts.delivered + state.counts.dead;
  if (state.phase != Phase::kDone && state.counts.selected > decided)
    state.counts.pending = state.counts.selected - decided;
  if (const auto live = parts_.live(exit)) live->accompany({});
  running_.erase(found);
  parts_.ended(state);
}

void RunningReplays::limit(std::uint64_t tunnel_bytes_max) {
  for (const auto& [exit, running] : running_) {
    if (running.is_ending) continue;
    const tunnel::Seq cursor = running.delivery->status().cursor;
    if (parts_.context.tunnel.bytes_from(cursor) < tunnel_bytes_max) continue;
    log::warning("a replay holds back as much as the tunnel may keep, and ends", {{"exit", exit}});
    end(exit, Phase::kEnded,
        "it held back as much as the tunnel may keep; what is left begins with event " +
            tunnel::format_id(parts_.context.routing.log_id(), cursor));
  }
}

void RunningReplays::pump() {
  for (const auto& delivery : deliveries()) delivery->pump();
}

void RunningReplays::pause(std::string_view exit, bool paused) {
  if (const auto found = running_.find(exit); found != running_.end())
    found->second.delivery->pause(paused);
}

void RunningReplays::replace() {
  const auto& exits = parts_.context.routing.settings().exits;
  for (auto& [exit, running] : running_) {
    const auto place = std::find_if(exits.begin(), exits.end(),
                                    [&](const ExitSettings& e) { return e.name == exit; });
    if (place == exits.end()) {
      running.delivery->leave();
      end(exit, Phase::kEnded, "the exit has left the configuration");
    } else {
      running.delivery->replace(*place, static_cast<std::size_t>(place - exits.begin()));
    }
  }
}

std::vector<std::shared_ptr<Delivery>> RunningReplays::deliveries() const {
  std::vector<std::shared_ptr<Delivery>> all;
  for (const auto& [exit, running] : running_)
    if (!running.is_ending) all.push_back(running.delivery);
  return all;
}

void RunningReplays::abandon() {
  for (const auto& [exit, running] : running_) running.delivery->abandon();
}

std::vector<ReplayState> RunningReplays::take_all() {
  std::vector<ReplayState> open;
  for (const auto& [exit, running] : std::exchange(running_, {})) {
    if (running.state.phase != Phase::kRunning) continue;
    ReplayState& state = open.emplace_back(running.state);
    state.counts = running.counts();
    state.counts.selected -= std::exchange(state.counts.pending, 0);
    state.counts.sent = state.counts.selected;
  }
  return open;
}

}  // namespace tt::pipeline
