// The file of a replay: what was kept comes back, and damage costs that replay alone.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_state.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/memory_disk.h"

namespace tt::pipeline {
namespace {

ReplayState cancelled() {
  return {.phase = ReplayState::Phase::kCancelled,
          .exit = "team \"chat\"/1",
          .epoch = 7,
          .since = 11,
          .until = 1'000'000'000'000,
          .where = "event.message == \"\\n\"",
          .per_sec = 0.5,
          .settled = {.low = 12, .ranges = {{14, 20}, {22, 1'000'000'000'000}}},
          .begun_ns = 3,
          .ended_ns = 4,
          .reason = "because",
          .counts = {.selected = 5, .sent = 4, .delivered = 3, .dead = 2, .filtered = 1}};
}

TEST(ReplayState, what_was_kept_comes_back) {
  MemoryDisk disk;
  ReplayFiles files(disk, "/data/replays");
  EXPECT_TRUE(files.load().states.empty());
  ASSERT_TRUE(files.keep(cancelled()).ok());
  const auto loaded = ReplayFiles(disk, "/data/replays").load().states;
  ASSERT_EQ(loaded.size(), 1u);
  const ReplayState& state = loaded.begin()->second;
  EXPECT_EQ(encode_replay(state), encode_replay(cancelled()));
  EXPECT_EQ(state.where, cancelled().where);
  EXPECT_EQ(state.until, cancelled().until);
  EXPECT_EQ(state.per_sec, 0.5);
  EXPECT_EQ(state.settled.low, 12u);
  EXPECT_EQ(state.settled.ranges, cancelled().settled.ranges);
  EXPECT_EQ(state.counts.dead, 2u);
  ASSERT_TRUE(files.remove(state.exit).ok());
  EXPECT_TRUE(files.load().states.empty());
}

TEST(ReplayState, a_damaged_file_costs_its_own_replay) {
  log::set_level(log::Level::kOff);
  MemoryDisk disk;
  ReplayFiles files(disk, "/data/replays");
  ASSERT_TRUE(files.keep(cancelled()).ok());
  for (const char* text : {"", "{", "[]", "{\"exit\":\"x\"}", "{\"exit\":\"x\",\"epoch\":-1}",
                           "{\"exit\":\"x\",\"epoch\":1,\"per_sec\":1,\"settled\":[1,2]}"}) {
    EXPECT_FALSE(decode_replay(text).ok()) << text;
    ASSERT_TRUE(write_file(disk, "/data/replays/bad.json", text).ok());
    EXPECT_EQ(files.load().states.size(), 1u) << text;
  }
}

TEST(ReplayState, what_the_disk_refuses_may_be_there_and_what_is_newer_stays) {
  log::set_level(log::Level::kOff);
  MemoryDisk disk;
  ReplayFiles files(disk, "/data/replays");
  EXPECT_TRUE(files.load().is_whole);
  ReplayState newer = cancelled();
  newer.epoch = 8;
  ASSERT_TRUE(files.keep(newer).ok());
  ASSERT_TRUE(files.keep(cancelled()).ok());  // Late, from the replay before.
  EXPECT_EQ(files.load().states.begin()->second.epoch, 8u);
  disk.fail_next(MemoryDisk::Op::kRead, corrupt("input/output error"));
  const auto refused = files.load();
  EXPECT_FALSE(refused.is_whole);
  EXPECT_TRUE(refused.states.empty());
}

TEST(ReplayState, every_phase_has_its_word) {
  for (const auto phase : {ReplayState::Phase::kRunning, ReplayState::Phase::kDone,
                           ReplayState::Phase::kCancelled, ReplayState::Phase::kEnded}) {
    ReplayState state = cancelled();
    state.phase = phase;
    const auto back = decode_replay(encode_replay(state));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->phase, phase);
  }
}

}  // namespace
}  // namespace tt::pipeline
