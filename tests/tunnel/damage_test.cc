// Damage on disk costs the records hit, and says so; it never stops a start.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tunnel/fixture.h"

// Not in tt::tunnel, whose own Damage the fixture would hide from other tests.
namespace tt::tunnel::test {
namespace {

struct Reading {
  std::vector<std::string> messages;
  std::vector<std::pair<Seq, Seq>> gaps;
};

Reading read_with_gaps(Tunnel& tunnel) {
  Reading reading;
  auto scan = tunnel.scan(0);
  while (true) {
    auto batch = scan->next(1u << 20);
    EXPECT_TRUE(batch.ok());
    if (!batch.ok() || !*batch) return reading;
    for (const StoredEvent& event : (*batch)->events()) {
      reading.messages.push_back(event.event.text("message"));
    }
    for (const Gap& gap : (*batch)->gaps) reading.gaps.emplace_back(gap.first, gap.next);
  }
}

class Damage : public testing::Test {
 protected:
  // Ten events, the sixth of which holds "needle".
  void SetUp() override {
    auto tunnel = open_tunnel(world_);
    for (int i = 0; i < 10; ++i) {
      const Seq seq = append(*tunnel, {i == 5 ? "needle" : "m" + std::to_string(i)}).first;
      if (i == 5) needle_ = seq;
    }
    ASSERT_TRUE(tunnel->close().ok());
    file_ = segment_files(world_).at(0);
  }
  std::size_t find(std::string_view text) { return world_.disk.bytes(file_).find(text); }

  World world_;
  Seq needle_ = 0;
  std::string file_;
};

TEST_F(Damage, a_flipped_bit_in_a_body_costs_one_event) {
  world_.disk.flip_bit(file_, find("needle") * 8);
  auto tunnel = open_tunnel(world_);
  const Reading reading = read_with_gaps(*tunnel);
  EXPECT_EQ(reading.messages.size(), 9u);
  EXPECT_EQ(reading.gaps, (std::vector<std::pair<Seq, Seq>>{{needle_, needle_ + 1}}));
  EXPECT_EQ(world_.metrics.counter("tt_tunnel_corrupt_records_total", "").value(), 1u);
  EXPECT_TRUE(world_.disk.exists("/data/quarantine"));
}

TEST_F(Damage, a_flipped_bit_in_a_header_costs_one_event) {
  const std::size_t frame = world_.disk.bytes(file_).rfind("TTR1", find("needle"));
  world_.disk.flip_bit(file_, (frame + 9) * 8);
  auto tunnel = open_tunnel(world_);
  const Reading reading = read_with_gaps(*tunnel);
  EXPECT_EQ(reading.messages.size(), 9u);
  EXPECT_EQ(reading.gaps, (std::vector<std::pair<Seq, Seq>>{{needle_, needle_ + 1}}));
}

TEST_F(Damage, events_go_on_after_it_is_found) {
  world_.disk.flip_bit(file_, find("needle") * 8);
  auto tunnel = open_tunnel(world_);
  ASSERT_TRUE(append(*tunnel, {"more"}).status.ok());
  tunnel.reset();
  tunnel = open_tunnel(world_);
  EXPECT_EQ(read_with_gaps(*tunnel).messages.size(), 10u);
}

TEST_F(Damage, a_damaged_segment_header_is_made_again) {
  world_.disk.damage(file_, 0, std::string(4096, '?'));
  auto tunnel = open_tunnel(world_);
  EXPECT_EQ(read_with_gaps(*tunnel).messages.size(), 10u);
}

TEST_F(Damage, a_segment_of_another_log_is_set_aside) {
  tt::tunnel::World other;
  world_.disk.damage(file_, 0, std::string(world_.disk.bytes(file_).size(), '?'));
  auto tunnel = open_tunnel(world_);
  EXPECT_TRUE(read_with_gaps(*tunnel).messages.empty());
  EXPECT_TRUE(world_.disk.exists("/data/quarantine/" + file_.substr(file_.rfind('/') + 1)));
  EXPECT_GT(append(*tunnel, {"more"}).first, needle_);
}

TEST_F(Damage, a_torn_tail_is_cut_and_is_no_corruption) {
  // Half of one more record, as a write that a power cut stopped would leave it.
  const std::string bytes = world_.disk.bytes(file_);
  const std::size_t last = bytes.rfind("m9");
  const std::size_t frame = bytes.rfind("TTR1", last);
  const std::size_t end = bytes.find("TTR1", last);  // Markers follow: over them it goes.
  std::string zeros(bytes.size() - end, '\0');
  world_.disk.damage(file_, end, zeros);
  world_.disk.damage(file_, last, std::string("\0\0", 2));
  (void)frame;
  auto tunnel = open_tunnel(world_);
  EXPECT_EQ(read_with_gaps(*tunnel).messages.size(), 9u);
  EXPECT_EQ(world_.metrics.counter("tt_tunnel_corrupt_records_total", "").value(), 0u);
  EXPECT_GT(world_.metrics.counter("tt_tunnel_recovery_cut_bytes", "").value(), 0u);
}

TEST(DamageOfMany, a_missing_segment_is_a_gap) {
  World world;
  auto tunnel = open_tunnel(world);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(append(*tunnel, {std::string(1000, 'x')}).status.ok());
  tunnel.reset();
  const auto files = segment_files(world);
  ASSERT_GT(files.size(), 3u);
  ASSERT_TRUE(world.disk.remove(files[1]).ok());
  tunnel = open_tunnel(world);
  const Reading reading = read_with_gaps(*tunnel);
  EXPECT_LT(reading.messages.size(), 300u);
  ASSERT_EQ(reading.gaps.size(), 1u);
  EXPECT_EQ(reading.messages.size() + reading.gaps[0].second - reading.gaps[0].first, 300u);
}

TEST(DamageOfMany, in_a_finished_segment_costs_what_it_hit) {
  World world;
  auto tunnel = open_tunnel(world);
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(append(*tunnel, {"m" + std::to_string(i) + std::string(1000, 'x')}).status.ok());
  }
  tunnel.reset();
  const auto files = segment_files(world);
  // A block of 4 KiB in the middle: at most six records of 1.2 KiB touch it.
  world.disk.damage(files.at(1), 20'480, std::string(4096, '\xff'));
  tunnel = open_tunnel(world);
  const Reading reading = read_with_gaps(*tunnel);
  EXPECT_GE(reading.messages.size(), 294u);
  EXPECT_LT(reading.messages.size(), 300u);
  ASSERT_EQ(reading.gaps.size(), 1u);
  EXPECT_EQ(reading.messages.size() + reading.gaps[0].second - reading.gaps[0].first, 300u);
}

TEST(DamageOfMany, unreadable_blocks_are_skipped) {
  World world;
  auto tunnel = open_tunnel(world);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(*tunnel, {"m"}).status.ok());
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  world.disk.fail_next(MemoryDisk::Op::kRead, corrupt("input/output error"));
  EXPECT_EQ(read_all(*scan).size(), 20u);  // The second, smaller reads succeed.
}

TEST(DamageOfMany, arbitrary_bytes_never_stop_a_start) {
  SeededRandom random(11);
  for (int round = 0; round < 25; ++round) {
    World world;
    {
      auto tunnel = open_tunnel(world);
      auto reader = open_reader(*tunnel, "exit");
      for (int i = 0; i < 80; ++i) {
        ASSERT_TRUE(
            append(*tunnel, {std::string(1000, 'x')}, {.key = std::to_string(i)}).status.ok());
      }
      ASSERT_TRUE(tunnel->dead_letters().append({.exit = "exit", .event_json = "{}"}).ok());
    }
    std::vector<std::string> files = segment_files(world);
    files.insert(files.end(), {"/data/cursors.a", "/data/cursors.b", "/data/FORMAT", "/data/LOCK"});
    for (int hits = 0; hits < 4; ++hits) {
      const std::string& file = files[random.below(files.size())];
      std::string noise(random.below(3000) + 1, '\0');
      random.fill({reinterpret_cast<unsigned char*>(noise.data()), noise.size()});
      world.disk.damage(file, random.below(world.disk.bytes(file).size() + 1), noise);
    }
    auto tunnel = open_tunnel(world);
    ASSERT_TRUE(tunnel);
    const auto before = read_with_gaps(*tunnel).messages.size();
    ASSERT_TRUE(append(*tunnel, {"more"}).status.ok());
    EXPECT_EQ(read_with_gaps(*tunnel).messages.size(), before + 1);
  }
}

}  // namespace
}  // namespace tt::tunnel::test
