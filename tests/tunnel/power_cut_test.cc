// The power goes off at every change of the disk; nothing acknowledged is lost, no seq comes twice.
// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

struct History {
  std::map<Seq, std::string> acknowledged;  // `disk`: must be there afterwards.
  std::map<Seq, std::string> seen;          // Visible to an exit: same seq, same event, for ever.
  std::map<std::uint64_t, Seq> letters;     // Dead letters that append() returned for.
};

void look(Reader& reader, History& history) {
  for (const Seen& one : read_all(reader)) {
    const auto [at, is_new] = history.seen.emplace(one.seq, one.message);
    if (!is_new) {
      EXPECT_EQ(at->second, one.message) << one.seq;
    }
  }
}

// A life of the daemon, until the disk stops answering.
void live_until_cut(World& world, History& history, int& counter) {
  auto tunnel = open_disk_tunnel(small_options(), world.seams);
  if (!tunnel.ok()) return;
  auto reader = (*tunnel)->open("exit", {Start::Kind::kEarliest});
  if (!reader.ok()) return;
  for (int i = 0; i < 12; ++i) {
    const std::string message = "event-" + std::to_string(++counter) + std::string(9000, '.');
    const AckLevel level = i % 3 == 2 ? AckLevel::kWritten : AckLevel::kDisk;
    const Appended appended = append(**tunnel, {message, message + "b"}, {.level = level});
    if (appended.status.ok() && level == AckLevel::kDisk) {
      history.acknowledged[appended.first] = message;
      history.acknowledged[appended.first + 1] = message + "b";
    }
    look(**reader, history);
    if (i == 5) {
      const auto number = (*tunnel)->dead_letters().append({.exit = "exit", .seq = appended.first});
      if (number.ok()) history.letters[*number] = appended.first;
    }
    if (i == 8) (void)(*tunnel)->trim(0, 0);
  }
}

void check_history(World& world, History& history, std::uint64_t changes) {
  auto tunnel = open_disk_tunnel(small_options(), world.seams);
  ASSERT_TRUE(tunnel.ok()) << tunnel.error().text << " after " << changes;
  std::map<Seq, std::string> kept;
  auto scan = (*tunnel)->scan(0);
  for (const Seen& one : read_all(*scan)) {
    ASSERT_TRUE(kept.emplace(one.seq, one.message).second) << "twice: " << one.seq;
  }
  for (const auto& [seq, message] : history.acknowledged) {
    const auto found = kept.find(seq);
    ASSERT_NE(found, kept.end()) << "lost " << seq << " after " << changes;
    ASSERT_EQ(found->second, message);
  }
  for (const auto& [seq, message] : history.seen) {
    const auto found = kept.find(seq);
    if (found != kept.end()) {
      ASSERT_EQ(found->second, message);
    }
  }
  for (const auto& [number, seq] : history.letters) {
    const auto letter = (*tunnel)->dead_letters().find("exit", number);
    ASSERT_TRUE(letter.ok()) << number << " after " << changes;
    EXPECT_EQ(letter->seq, seq);
  }
}

TEST(PowerCut, at_any_change_of_the_disk_loses_nothing_acknowledged) {
  for (std::uint64_t changes = 0; changes < 120; changes += 2) {
    World world;
    SeededRandom chance(changes);
    History history;
    int counter = 0;
    // Two lives that end badly, then one that must find everything. Nothing is settled, so trimming
    // may remove nothing.
    for (int life = 0; life < 2; ++life) {
      world.disk.stop_after(changes / (life + 1) + 3 * static_cast<unsigned>(life));
      live_until_cut(world, history, counter);
      world.disk.crash(&chance);
    }
    check_history(world, history, changes);
    if (HasFatalFailure()) return;
  }
}

TEST(PowerCut, a_kill_at_any_change_loses_nothing_written) {
  for (std::uint64_t changes = 0; changes < 90; changes += 6) {
    World world;
    History history;
    int counter = 0;
    world.disk.stop_after(changes);
    live_until_cut(world, history, counter);
    world.disk.kill();
    check_history(world, history, changes);
    if (HasFatalFailure()) return;
  }
}

TEST(PowerCut, at_any_change_of_a_renaming_leaves_nothing_under_the_old_name) {
  bool is_done = false;
  for (std::uint64_t changes = 0; !is_done; ++changes) {
    ASSERT_LT(changes, 100u);
    World world;
    SeededRandom chance(changes);
    Seq first = 0;
    {
      auto tunnel = open_tunnel(world);
      auto reader = (*tunnel).open("old", {Start::Kind::kEarliest});
      ASSERT_TRUE(reader.ok());
      first = append(*tunnel, {"a", "b"}).first;
      (*reader)->settle(0, first);
      ASSERT_TRUE(tunnel->dead_letters().append({.exit = "old", .seq = first}).ok());
      reader->reset();
      ASSERT_TRUE(tunnel->close().ok());
    }
    world.disk.stop_after(changes);
    if (auto tunnel = open_disk_tunnel(small_options(), world.seams); tunnel.ok())
      is_done = (*tunnel)->adopt("old", "new").ok();
    // Of what is not synced nothing survives, or every second time what chance says.
    world.disk.crash(changes % 2 && !is_done ? &chance : nullptr);

    auto tunnel = open_tunnel(world);
    ASSERT_TRUE(tunnel);
    // As every start does while the configuration says `was`; once it is done nobody needs to.
    if (!is_done) (void)tunnel->adopt("old", "new");
    auto reader = tunnel->open("new", {Start::Kind::kLatest});
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->cursor(), first + 1) << changes;
    const auto summaries = tunnel->dead_letters().summary();
    ASSERT_EQ(summaries.size(), 1u) << changes;
    EXPECT_EQ(summaries[0].exit, "new") << changes;
  }
}

}  // namespace
}  // namespace tt::tunnel
