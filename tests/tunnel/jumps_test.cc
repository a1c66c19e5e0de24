// However often a log was left without a stop, its events are counted as what they are.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/jumps.h"

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

std::uint64_t counted(Tunnel& tunnel) { return tunnel.count(1, tunnel.status().visible); }

class JumpsTest : public testing::Test {
 protected:
  // Starts after a kill, stores two events and is killed again. The cursor of `exit` never moves.
  void live_and_die() {
    auto tunnel = open_tunnel(world_);
    auto reader = tunnel->open("exit", {Start::Kind::kEarliest});
    ASSERT_TRUE(reader.ok());
    ASSERT_TRUE(append(*tunnel, {"one", "two"}).status.ok());
    EXPECT_EQ(counted(*tunnel), stored_ += 2);
    world_.disk.kill();
  }

  World world_;
  std::uint64_t stored_ = 0;
};

TEST_F(JumpsTest, kills_within_one_segment_add_no_events) {
  for (int life = 0; life < 4; ++life) live_and_die();
  auto tunnel = open_tunnel(world_);
  ASSERT_EQ(segment_files(world_).size(), 1u);
  EXPECT_EQ(counted(*tunnel), stored_);
}

TEST_F(JumpsTest, kills_in_a_finished_segment_are_found_again) {
  for (int life = 0; life < 3; ++life) live_and_die();
  auto tunnel = open_tunnel(world_);
  while (segment_files(world_).size() < 3) {
    ASSERT_TRUE(append(*tunnel, {std::string(4000, 'x')}).status.ok());
    ++stored_;
  }
  tunnel.reset();
  tunnel = open_tunnel(world_);
  EXPECT_EQ(counted(*tunnel), stored_);
}

std::uint64_t gaps_in(Tunnel& tunnel) {
  std::uint64_t gaps = 0;
  auto scan = tunnel.scan(0);
  while (true) {
    const auto batch = scan->next(1u << 20);
    EXPECT_TRUE(batch.ok());
    if (!batch.ok() || !*batch) return gaps;
    gaps += (*batch)->gaps.size();
  }
}

TEST(JumpsAtStart, that_a_full_disk_kept_silent_is_told_later) {
  // Whichever write of a start finds no space: the start may fail, but it never lies afterwards.
  int silent = 0;
  for (std::uint64_t writes = 0; writes < 12; ++writes) {
    World world;
    ASSERT_TRUE(append(*open_tunnel(world), {"one", "two"}).status.ok());
    auto tunnel = open_tunnel(world);
    ASSERT_TRUE(append(*tunnel, {"three"}).status.ok());
    world.disk.kill();
    tunnel.reset();
    world.disk.fail_next(MemoryDisk::Op::kWrite, retry("no space left"), writes);
    auto opened = open_disk_tunnel(small_options(), world.seams);
    world.disk.heal();
    if (!opened.ok()) continue;
    ++silent;
    // A new exit begins at the end, which the next start must still find.
    ASSERT_TRUE((*opened)->open("exit", {}).ok());
    if (writes % 2) {
      world.disk.kill();
      opened->reset();
      opened = open_disk_tunnel(small_options(), world.seams);
      ASSERT_TRUE(opened.ok());
    }
    ASSERT_TRUE(append(**opened, {"four"}).status.ok());
    EXPECT_EQ(counted(**opened), 4u) << writes;
    opened->reset();
    tunnel = open_tunnel(world);
    EXPECT_EQ(gaps_in(*tunnel), 0u) << writes;
    EXPECT_EQ(counted(*tunnel), 4u) << writes;
  }
  EXPECT_GT(silent, 0);
}

TEST(JumpsAtStart, in_a_segment_without_room_finish_it_first) {
  // Whatever room is left for the first records of a life: nothing looks lost afterwards.
  for (std::size_t bytes = 0; bytes < 1200; bytes += 24) {
    World world;
    std::uint64_t stored = 0;
    {
      auto tunnel = open_tunnel(world);
      for (; stored < 14; ++stored) {
        ASSERT_TRUE(append(*tunnel, {std::string(4000, 'x')}).status.ok());
      }
      ASSERT_TRUE(append(*tunnel, {std::string(4700 + bytes, 'y')}).status.ok());
      ++stored;
      world.disk.kill();
    }
    auto tunnel = open_tunnel(world);
    ASSERT_TRUE(append(*tunnel, {"after"}).status.ok());
    ++stored;
    tunnel.reset();
    tunnel = open_tunnel(world);
    EXPECT_EQ(gaps_in(*tunnel), 0u) << bytes;
    EXPECT_EQ(counted(*tunnel), stored) << bytes;
  }
}

TEST(Jumps, are_left_out_where_a_range_meets_them) {
  Jumps jumps;
  jumps.add(10, 20);
  jumps.add(30, 30);  // None.
  EXPECT_EQ(jumps.count(0, 10), 10u);
  EXPECT_EQ(jumps.count(5, 25), 10u);
  EXPECT_EQ(jumps.count(12, 18), 0u);
  EXPECT_EQ(jumps.count(15, 40), 20u);
  EXPECT_EQ(jumps.count(9, 3), 0u);
}

}  // namespace
}  // namespace tt::tunnel
