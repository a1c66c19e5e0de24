// The life of a replay: refuse or begin, go on after a stop, end, and give its cursor back.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/units.h"
#include "pipeline/late_exits.h"

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
    : parts_(std::move(parts)),
      files_(parts_.context.disk, std::move(folder)),
      running_({parts_.context, parts_.live, [this](const ReplayState& state) { on_end(state); }}) {
}

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
  TT_CHECK(running_.launch(state, std::move(reader)));
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
  if (begun.ok()) begun = running_.launch(state, std::move(reader));
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

Status Replays::cancel(std::string_view exit) {
  std::lock_guard one_at_a_time(begin_mutex_);
  std::optional<ReplayState> state;
  parts_.context.loop.run([&] { state = running_.state(exit); });
  if (!state) return reject("no replay of exit `" + std::string(exit) + "` is running");
  // Durable first: a cancelled replay must not come back with the next start.
  state->phase = Phase::kCancelled;
  state->ended_ns = parts_.context.clock.wall_ns();
  TT_CHECK(files_.keep(*state));
  parts_.context.loop.run([&] { running_.end(state->exit, Phase::kCancelled, ""); });
  return {};
}

Result<ReplayStatus> Replays::status(std::string_view exit) {
  std::optional<ReplayStatus> running;
  parts_.context.loop.run([&] { running = running_.status(exit); });
  if (running) return *std::move(running);
  // It has ended, and left word before it was taken off the loop.
  auto state = newest(exit);
  if (!state) return reject("no replay of exit `" + std::string(exit) + "` was ever begun");
  ReplayStatus status{.state = *std::move(state), .activity = {}, .problem = {}};
  status.activity = to_string(status.state.phase);
  return status;
}

// What cancel() has begun comes back here too.
void Replays::on_end(const ReplayState& state) {
  remember(state);
  log::info("replay ended", {{"exit", state.exit},
                             {"epoch", state.epoch},
                             {"how", to_string(state.phase)},
                             {"delivered", state.counts.delivered},
                             {"dead", state.counts.dead}});
  parts_.audit("replay", named(state) + " is " + std::string(to_string(state.phase)) +
                             (state.reason.empty() ? "" : ": " + state.reason) + "; " +
                             std::to_string(state.counts.delivered) + " delivered, " +
                             std::to_string(state.counts.dead) + " dead");
  parts_.context.pool.run("replay file " + state.exit, [this, state] {
    if (Status kept = files_.keep(state); !kept)
      log::warning("the end of a replay is not stored", {{"error", kept.error().text}});
  });
  forget_cursor(state.exit);
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

void Replays::close() {
  for (const ReplayState& state : running_.take_all())
    if (!files_.keep(state).ok())
      log::warning("the counts of a replay are not stored", {{"exit", state.exit}});
}

}  // namespace tt::pipeline
