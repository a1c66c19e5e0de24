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
