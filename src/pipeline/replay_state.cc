// The JSON of a replay's file, written whole or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/log.h"
#include "portals/kit/json.h"
#include "tunnel/side_log.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;

constexpr std::size_t kReplayFileBytesMax = 1u << 20;
constexpr std::string_view kSuffix = ".json";
constexpr Phase kPhases[] = {Phase::kRunning, Phase::kDone, Phase::kCancelled, Phase::kEnded};

struct CountField {
  const char* name;
  std::uint64_t ReplayCounts::*member;
};
constexpr CountField kCounts[] = {
    {"selected", &ReplayCounts::selected},   {"sent", &ReplayCounts::sent},
    {"delivered", &ReplayCounts::delivered}, {"dead", &ReplayCounts::dead},
    {"filtered", &ReplayCounts::filtered},   {"pending", &ReplayCounts::pending}};

std::uint64_t unsigned_at(const boost::json::value& value, const char* name) {
  const std::int64_t number = portals::int_at(value, name);
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

// One after the other: everything below it, then first and next of each range.
std::optional<tunnel::Settled> settled_at(const boost::json::value& json) {
  const auto* list = portals::list_at(json, "settled");
  if (!list || list->size() % 2 == 0) return std::nullopt;
  std::vector<tunnel::Seq> seqs;
  for (const boost::json::value& value : *list) {
    const auto* number = value.if_int64();
    if (!number || *number < 0) return std::nullopt;
    seqs.push_back(static_cast<tunnel::Seq>(*number));
  }
  tunnel::Settled settled{.low = seqs[0], .ranges = {}};
  for (std::size_t i = 1; i < seqs.size(); i += 2)
    settled.ranges.emplace_back(seqs[i], seqs[i + 1]);
  return settled;
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kRunning:
      return "running";
    case Phase::kDone:
      return "done";
    case Phase::kCancelled:
      return "cancelled";
    case Phase::kEnded:
      break;
  }
  return "ended";
}

std::string encode_replay(const ReplayState& state) {
  portals::JsonWriter json;
  const auto number = [&](const char* name, auto value) {
    json.key(name).number(static_cast<std::int64_t>(value));
  };
  json.map().key("exit").text(state.exit).key("phase").text(to_string(state.phase));
  number("epoch", state.epoch);
  number("since", state.since);
  number("until", state.until);
  json.some("where", state.where).key("per_sec").raw(fmt::format("{}", state.per_sec));
  number("begun", state.begun_ns);
  number("ended", state.ended_ns);
  json.some("reason", state.reason).key("counts").map();
  for (const CountField& field : kCounts) number(field.name, state.counts.*field.member);
  json.end().key("settled").list().number(static_cast<std::int64_t>(state.settled.low));
  for (const auto& [first, next] : state.settled.ranges)
    json.number(static_cast<std::int64_t>(first)).number(static_cast<std::int64_t>(next));
  return json.end().end().take();
}

Result<ReplayState> decode_replay(std::string_view text) {
  const auto json = portals::parse_json(text);
  auto settled = json ? settled_at(*json) : std::nullopt;
  ReplayState state;
  if (settled) {
    state.settled = *std::move(settled);
    state.exit = portals::text_at(*json, "exit");
    state.epoch = unsigned_at(*json, "epoch");
    state.since = unsigned_at(*json, "since");
    state.until = unsigned_at(*json, "until");
    state.where = portals::text_at(*json, "where");
    state.per_sec = portals::number_at(*json, "per_sec").value_or(0);
    state.begun_ns = portals::int_at(*json, "begun");
    state.ended_ns = portals::int_at(*json, "ended");
    state.reason = portals::text_at(*json, "reason");
    if (const auto* counts = portals::find_at(*json, "counts"))
      for (const CountField& field : kCounts)
        state.counts.*field.member = unsigned_at(*counts, field.name);
    const auto phase = std::find_if(std::begin(kPhases), std::end(kPhases), [&](Phase known) {
      return to_string(known) == portals::text_at(*json, "phase");
    });
    if (phase == std::end(kPhases)) return corrupt("the file of a replay has an unknown phase");
    state.phase = *phase;
  }
  if (state.exit.empty() || state.epoch == 0 || state.per_sec <= 0)
    return corrupt("the file of a replay is damaged");
  return state;
}

std::string ReplayFiles::path_of(const std::string& exit) const {
  return folder_ + "/" + tunnel::folder_name(exit) + std::string(kSuffix);
}

ReplayFiles::Loaded ReplayFiles::load() {
  const std::lock_guard lock(mutex_);
  Loaded loaded;
  if (!disk_.exists(folder_)) return loaded;  // No replay was ever begun here.
  const auto entries = disk_.list(folder_);
  if (!entries.ok()) {
    log::error("the files of replays cannot be read", {{"error", entries.error().text}});
    loaded.is_whole = false;
    return loaded;
  }
  for (const DirectoryEntry& entry : *entries) {
    if (entry.is_directory || !entry.name.ends_with(kSuffix)) continue;
    const auto text = read_file(disk_, folder_ + "/" + entry.name, kReplayFileBytesMax);
    auto state = text.ok() ? decode_replay(*text) : Result<ReplayState>(text.error());
    if (state.ok()) {
      epochs_[state->exit] = state->epoch;
      loaded.states.insert_or_assign(state->exit, *state);
      continue;
    }
    loaded.is_whole &= text.ok();
    log::error("the file of a replay cannot be read",
               {{"file", entry.name}, {"error", state.error().text}});
  }
  return loaded;
}

Status ReplayFiles::keep(const ReplayState& state) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& newest = epochs_[state.exit];
  if (state.epoch < newest) return {};
  TT_CHECK(disk_.create_directories(folder_));
  TT_CHECK(write_file(disk_, path_of(state.exit), encode_replay(state) + "\n"));
  newest = state.epoch;
  return {};
}

Status ReplayFiles::remove(const std::string& exit) {
  const std::lock_guard lock(mutex_);
  epochs_.erase(exit);
  if (!disk_.exists(path_of(exit))) return {};
  TT_CHECK(disk_.remove(path_of(exit)));
  return disk_.sync_directory(folder_);
}

}  // namespace tt::pipeline
