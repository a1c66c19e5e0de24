// The life of a replay: refuse or begin, go on after a stop, end, and give its cursor back.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/units.h"
#include "pipeline/late_exits.h"
#include "pipeline/where.h"

namespace tt::pipeline {

using Phase = ReplayState::Phase;

namespace {

constexpr std::string_view kCursorSuffix = "#replay";

std::string cursor_of(std::string_view exit) {
  return std::string(exit) + std::string(kCursorSuffix);
}

std::string named(const ReplayState& state) {
  return "exit " + state.exit + ", replay " + std::to_string(state.epoch);
}

}  // namespace

bool is_replay_cursor(std::string_view name) { return name.ends_with(kCursorSuffix); }

Replays::Replays(Parts parts, std::string folder)
    : parts_(std::move(parts)), files_(parts_.context.disk, std::move(folder)) {}

Replays::~Replays() = default;

void Replays::remember(const ReplayState& state) {
  std::lock_guard lock(mutex_);
  newest_.insert_or_assign(state.exit, state);
}

std::optional<ReplayState> Replays::newest(std::string_view exit) {
  std::lock_guard lock(mutex_);
  const auto found = newest_.find(exit);
  return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

void Replays::restore() {
  tunnel::Tunnel& tunnel = parts_.context.tunnel;
  const ReplayFiles::Loaded loaded = files_.load();
  {
    std::lock_guard lock(mutex_);
    newest_ = loaded.states;
  }
  for (const auto& [exit, state] : loaded.states) {
    if (state.phase != Phase::kRunning) continue;
    const Status resumed = resume(state);
    if (resumed.ok()) continue;
    ReplayState ended = state;
    ended.phase = Phase::kEnded;
    ended.ended_ns = parts_.context.clock.wall_ns();
    ended.reason = resumed.error().text;
    remember(ended);
    if (Status kept = files_.keep(ended); !kept)
      log::warning("the end of a replay is not stored", {{"error", kept.error().text}});
    log::warning("a replay does not go on", {{"exit", exit}, {"reason", ended.reason}});
    parts_.audit("replay", named(ended) + " has ended: " + ended.reason);
  }
  if (!loaded.is_whole) return;  // Whose cursors these are a later start will know.
  // Of replays that have ended: a crash came before their cursor was given back.
  const auto settings = parts_.settings();
  for (const std::string& name : tunnel.orphans())
    if (is_replay_cursor(name) && !settings->ruleset->find_exit(name))
      if (Status forgotten = tunnel.forget(name); !forgotten)
        log::warning("the cursor of an ended replay stays", {{"error", forgotten.error().text}});
}

Status Replays::resume(const ReplayState& state) {
  tunnel::Tunnel& tunnel = parts_.context.tunnel;
  if (!parts_.settings()->ruleset->find_exit(state.exit))
    return reject("the exit has left the configuration");
  const std::string cursor = cursor_of(state.exit);
  const std::vector<std::string> closed = tunnel.orphans();
  if (std::find(closed.begin(), closed.end(), cursor) == closed.end())
    return reject("its cursor is lost");
  TT_TRY(auto reader, tunnel.open(cursor, {tunnel::Start::Kind::kSeq, 0, state.since}));
  TT_CHECK(launch(state, std::move(reader)));
  log::info("a replay goes on", {{"exit", state.exit}, {"epoch", state.epoch}});
  return {};
}

Result<ReplayPreview> Replays::preview(const ReplayRange& range) {
  std::shared_ptr<Delivery> live;
  parts_.context.loop.run([&] { live = parts_.live(range.exit); });
  if (!live) return not_open(*parts_.settings(), range.exit);
  return preview_replay(parts_.context.tunnel, parts_.context.clock, *parts_.settings(), range,
                        [&](tunnel::Seq seq) { return live->is_decided(seq); });
}

Status Replays::refuse(const ReplayRequest& request, const ReplayPreview& preview) {
  const std::string kept = preview.kept_since_ns ? "the oldest event that the tunnel keeps is of " +
                                                       format_time_us(preview.kept_since_ns)
                                                 : "the tunnel keeps no event";
  if (!(request.per_sec >= kReplayPerSecMin) || request.per_sec > kReplayPerSecMax)
    return reject(fmt::format("a replay's rate is from 1/d to {:.0f}/s", kReplayPerSecMax));
  if (preview.since >= preview.until && preview.removed_max > 0)
    return reject("retention has removed every event of this range; " + kept);
  if (preview.count == 0 && !preview.is_cut)
    return reject("exit `" + request.range.exit + "` gets none of the events of this range");
  if (preview.removed_max > 0 && !request.allow_removed)
    return reject("retention has removed up to " + std::to_string(preview.removed_max) +
                  " events of this range; " + kept + "; `allow_removed` replays what is left");
  if (preview.pages && !request.allow_paging)
    return reject("what exit `" + request.range.exit +
                  "` gets wakes people or starts machines, and will do so again; `allow_paging` "
                  "replays nevertheless");
  return {};
}

Result<ReplayStatus> Replays::begin(const ReplayRequest& request) {
  std::lock_guard one_at_a_time(begin_mutex_);
  const std::string& exit = request.range.exit;
  bool is_running = false;
  tunnel::Settled settled;
  parts_.context.loop.run([&] {
    is_running = running_.contains(exit);
    if (const auto live = parts_.live(exit)) settled = live->settled();
  });
  if (is_running)
    return reject("a replay of exit `" + exit + "` is running; it can be cancelled, or waited for");
  TT_TRY(const ReplayPreview preview, this->preview(request.range));
  TT_CHECK(refuse(request, preview));

  ReplayState state{.exit = exit,
                    .since = preview.since,
                    .until = preview.until,
                    .where = request.range.where,
                    .per_sec = request.per_sec,
                    .settled = std::move(settled),
                    .begun_ns = parts_.context.clock.wall_ns()};
  const std::optional<ReplayState> before = newest(exit);
  state.epoch = before ? before->epoch + 1 : 1;
  tunnel::Tunnel& tunnel = parts_.context.tunnel;
  const std::string cursor = cursor_of(exit);
  if (parts_.settings()->ruleset->find_exit(cursor))
    return reject("exit `" + cursor + "` has the name that this replay's cursor would have");
  if (!tunnel.forget(cursor)) return retry("the replay before this one is still ending");
  // The cursor first: without the file it is an orphan that the next start removes.
  TT_TRY(auto reader, tunnel.open(cursor, {tunnel::Start::Kind::kSeq, 0, state.since}));
  Status begun = files_.keep(state);
  const bool is_kept = begun.ok();
  // Before it runs: a short one may end at once, and has the last word then.
  if (begun.ok()) remember(state);
  if (begun.ok()) begun = launch(state, std::move(reader));
  if (!begun) {
    reader.reset();
    if (before) {
      remember(*before);
      if (is_kept) (void)files_.remove(exit);  // It is newer.
      (void)files_.keep(*before);
    } else {
      (void)forget(exit);
    }
    forget_cursor(exit);
    return std::move(begun).error();
  }
  log::info("replay begun", {{"exit", exit}, {"epoch", state.epoch}, {"events", preview.count}});
  parts_.audit("replay", named(state) + " has begun: " + std::to_string(preview.count) + " events");
  return status(exit);
}

Status Replays::launch(const ReplayState& state, std::unique_ptr<tunnel::Reader> reader) {
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

ReplayCounts Replays::counts_of(const Running& running) const {
  ReplayCounts counts = running.delivery->replay_counts();
  const ReplayCounts& kept = running.state.counts;  // Of before the last stop.
  counts.delivered += kept.delivered;
  counts.dead += kept.dead;
  counts.filtered += kept.filtered;
  return counts;
}

Status Replays::cancel(std::string_view exit) {
  std::lock_guard one_at_a_time(begin_mutex_);
  std::optional<ReplayState> state;
  parts_.context.loop.run([&] {
    const auto found = running_.find(exit);
    if (found == running_.end() || found->second.is_ending) return;
    state = found->second.state;
    state->counts = counts_of(found->second);
  });
  if (!state) return reject("no replay of exit `" + std::string(exit) + "` is running");
  // Durable first: a cancelled replay must not come back with the next start.
  state->phase = Phase::kCancelled;
  state->ended_ns = parts_.context.clock.wall_ns();
  TT_CHECK(files_.keep(*state));
  parts_.context.loop.run([&] { end(state->exit, Phase::kCancelled, ""); });
  return {};
}

Result<ReplayStatus> Replays::status(std::string_view exit) {
  ReplayStatus status;
  parts_.context.loop.run([&] {
    const auto found = running_.find(exit);
    if (found == running_.end()) return;
    const Running& running = found->second;
    const ExitStatus delivery = running.delivery->status();
    status.state = running.state;
    status.state.counts = counts_of(running);
    status.problem = delivery.problem;
    const bool is_held = delivery.state == "paused" || delivery.state == "waiting";
    status.activity = running.is_ending ? "ending" : is_held ? delivery.state : "running";
  });
  if (!status.activity.empty()) return status;
  // It has ended, and left word before it was taken off the loop.
  auto state = newest(exit);
  if (!state) return reject("no replay of exit `" + std::string(exit) + "` was ever begun");
  status.activity = to_string(state->phase);
  status.state = *std::move(state);
  return status;
}

void Replays::end(const std::string& exit, Phase phase, std::string reason) {
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

void Replays::release(const std::string& exit) {
  const auto found = running_.find(exit);
  if (found == running_.end()) return;
  ReplayState state = found->second.state;
  state.counts = counts_of(found->second);
  // What a cancel has kept from being sent.
  const std::uint64_t decided = state.counts.delivered + state.counts.dead;
  if (state.phase != Phase::kDone && state.counts.selected > decided)
    state.counts.pending = state.counts.selected - decided;
  if (const auto live = parts_.live(exit)) live->accompany({});
  remember(state);
  running_.erase(found);
  log::info("replay ended", {{"exit", exit},
                             {"epoch", state.epoch},
                             {"how", to_string(state.phase)},
                             {"delivered", state.counts.delivered},
                             {"dead", state.counts.dead}});
  parts_.audit("replay", named(state) + " is " + std::string(to_string(state.phase)) +
                             (state.reason.empty() ? "" : ": " + state.reason) + "; " +
                             std::to_string(state.counts.delivered) + " delivered, " +
                             std::to_string(state.counts.dead) + " dead");
  parts_.context.pool.run("replay file " + exit, [this, state] {
    if (Status kept = files_.keep(state); !kept)
      log::warning("the end of a replay is not stored", {{"error", kept.error().text}});
  });
  forget_cursor(exit);
}

void Replays::limit(std::uint64_t tunnel_bytes_max) {
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

// Whatever still holds the delivery lets go of it with the next turn of the loop.
void Replays::forget_cursor(const std::string& exit) {
  DeliveryContext& context = parts_.context;
  context.loop.post([this, exit, &context] {
    if (running_.contains(exit)) return;  // A new one has the cursor.
    context.pool.run("replay file " + exit, [this, exit, &context] {
      if (context.tunnel.forget(cursor_of(exit)).ok()) return;
      context.loop.post([this, exit, &context] {
        context.loop.at(context.clock.steady_ns() + kNsPerSec,
                        [this, exit] { forget_cursor(exit); });
      });
    });
  });
}

Status Replays::forget(const std::string& exit) {
  {
    std::lock_guard lock(mutex_);
    newest_.erase(exit);
  }
  return files_.remove(exit);
}

void Replays::pump() {
  for (const auto& delivery : deliveries()) delivery->pump();
}

void Replays::pause(std::string_view exit, bool paused) {
  if (const auto found = running_.find(exit); found != running_.end())
    found->second.delivery->pause(paused);
}

void Replays::replace() {
  const auto& exits = parts_.context.routing.settings().exits;
  for (auto& [exit, running] : running_) {
    const auto place = std::find_if(exits.begin(), exits.end(),
                                    [&](const ExitSettings& e) { return e.name == exit; });
    if (place == exits.end())
      end(exit, Phase::kEnded, "the exit has left the configuration");
    else
      running.delivery->replace(*place, static_cast<std::size_t>(place - exits.begin()));
  }
}

std::vector<std::shared_ptr<Delivery>> Replays::deliveries() const {
  std::vector<std::shared_ptr<Delivery>> all;
  for (const auto& [exit, running] : running_)
    if (!running.is_ending) all.push_back(running.delivery);
  return all;
}

void Replays::abandon() {
  for (const auto& [exit, running] : running_) running.delivery->abandon();
}

void Replays::close() {
  for (auto& [exit, running] : std::exchange(running_, {})) {
    ReplayState state = running.state;
    state.counts = counts_of(running);
    // What is open is read, selected and sent again.
    state.counts.selected -= std::exchange(state.counts.pending, 0);
    state.counts.sent = state.counts.selected;
    if (running.state.phase == Phase::kRunning && !files_.keep(state).ok())
      log::warning("the counts of a replay are not stored", {{"exit", exit}});
  }
}

}  // namespace tt::pipeline
