// Snapshots: reading a data folder that a daemon writes, recycles and damages meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/log_snapshot.h"

#include <gmock/gmock.h>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kStepBytes = 4000;

class LogSnapshotTest : public testing::Test {
 protected:
  LogSnapshotTest() { tunnel_ = open_tunnel(world_); }

  /// About 60 events fit a segment.
  Seq fill(std::size_t count) {
    Seq first = 0;
    for (std::size_t i = 0; i < count; ++i) {
      std::string message = "m ";
      message.resize(kEventBytes, '.');
      const Appended appended = append(*tunnel_, {message}, {.level = AckLevel::kWritten});
      EXPECT_TRUE(appended.status.ok());
      if (i == 0) first = appended.first;
    }
    return first;
  }
  /// Gives everything up but the segment that is written.
  void trim() { EXPECT_TRUE(tunnel_->trim(0, 0).ok()); }
  std::shared_ptr<const LogSnapshot> snapshot() {
    auto opened = LogSnapshot::open(world_.disk, "/data");
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().text);
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static std::vector<Seq> seqs(SnapshotScan& scan, std::size_t bytes_max = 1u << 20) {
    std::vector<Seq> all;
    for (const Seen& seen : read_all(scan, bytes_max)) all.push_back(seen.seq);
    return all;
  }
  static std::vector<Seq> range(Seq first, Seq next) {
    std::vector<Seq> all;
    for (Seq seq = first; seq < next; ++seq) all.push_back(seq);
    return all;
  }

  World world_;
  std::unique_ptr<Tunnel> tunnel_;
};

TEST_F(LogSnapshotTest, everything_is_read_while_the_daemon_holds_the_lock) {
  const Seq first = fill(300);
  const auto log = snapshot();
  EXPECT_EQ(log->log_id(), tunnel_->log_id());
  SnapshotScan scan(log, {});
  EXPECT_EQ(seqs(scan, kStepBytes), range(first, first + 300));
  EXPECT_EQ(scan.losses().recycled_events + scan.losses().damages, 0u);
  EXPECT_EQ(scan.progress(), 1.0);
}

TEST_F(LogSnapshotTest, events_are_as_they_were_stored) {
  world_.clock.advance_ns(5 * kNsPerSec);
  append(*tunnel_, {"hello"}, {.key = "k", .entry = "gitlab"});
  SnapshotScan scan(snapshot(), {});
  const auto batch = scan.next(1u << 20);
  ASSERT_TRUE(batch.ok() && *batch);
  ASSERT_EQ((*batch)->events().size(), 1u);
  const StoredEvent& event = (*batch)->events()[0];
  EXPECT_EQ(event.meta.entry, "gitlab");
  EXPECT_EQ(event.meta.received_ns, world_.clock.wall_ns());
  EXPECT_EQ(event.event.text("message"), "hello");
}

TEST_F(LogSnapshotTest, nothing_is_written_and_nothing_is_repaired) {
  fill(100);
  tunnel_.reset();
  const auto before = segment_files(world_);
  std::vector<std::string> bytes;
  for (const std::string& file : before) bytes.push_back(world_.disk.bytes(file));
  world_.disk.fail_always(MemoryDisk::Op::kWrite, retry("written to"));
  world_.disk.fail_always(MemoryDisk::Op::kRename, retry("renamed"));
  SnapshotScan scan(snapshot(), {});
  EXPECT_EQ(seqs(scan).size(), 100u);
  EXPECT_EQ(segment_files(world_), before);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(world_.disk.bytes(before[i]), bytes[i]);
}

TEST_F(LogSnapshotTest, a_range_of_time_opens_only_the_segments_that_may_hold_it) {
  fill(150);
  world_.clock.advance_ns(3600 * kNsPerSec);
  const WallNs since = world_.clock.wall_ns();
  const Seq first = fill(150);
  world_.clock.advance_ns(3600 * kNsPerSec);
  const WallNs until = world_.clock.wall_ns();
  fill(150);
  SnapshotScan scan(snapshot(), {.since_ns = since, .until_ns = until});
  EXPECT_EQ(seqs(scan, kStepBytes), range(first, first + 150));
  SnapshotScan late(snapshot(), {.from = first + 200, .until = first + 220});
  EXPECT_EQ(seqs(late), range(first + 200, first + 220));
}

TEST_F(LogSnapshotTest, what_is_appended_later_ends_with_the_segments_of_the_snapshot) {
  const Seq first = fill(10);
  SnapshotScan scan(snapshot(), {});
  fill(500);
  const std::vector<Seq> seen = seqs(scan);
  EXPECT_GE(seen.size(), 10u);
  EXPECT_LT(seen.size(), 100u);
  EXPECT_EQ(seen, range(first, first + seen.size()));
}

TEST_F(LogSnapshotTest, segments_recycled_before_they_were_read_are_counted) {
  const Seq first = fill(300);
  SnapshotScan scan(snapshot(), {});
  trim();
  const Seq kept = tunnel_->status().oldest;
  ASSERT_GT(kept, first);
  EXPECT_EQ(seqs(scan), range(kept, first + 300));
  EXPECT_EQ(scan.losses().recycled_events, kept - first);
  EXPECT_EQ(scan.losses().damages, 0u);
}

TEST_F(LogSnapshotTest, a_segment_recycled_under_the_reader_costs_what_was_not_read_yet) {
  DiskTunnelOptions options = small_options();
  options.segment_bytes = 3u << 20;  // Larger than what the reader takes at once.
  tunnel_.reset();
  tunnel_ = open_tunnel(world_, options);
  const auto fill_many = [&](std::size_t count) {
    const std::string message(kEventBytes, '.');
    const std::vector<std::string> hundred(100, message);
    Seq first = 0;
    for (std::size_t i = 0; i < count; i += hundred.size()) {
      const Seq seq = append(*tunnel_, hundred, {.level = AckLevel::kWritten}).first;
      if (i == 0) first = seq;
    }
    return first;
  };
  const Seq first = fill_many(10'000);
  SnapshotScan scan(snapshot(), {.from = first});
  auto batch = scan.next(kStepBytes);
  ASSERT_TRUE(batch.ok() && *batch);
  ASSERT_EQ((*batch)->first, first);
  const Seq read_to = (*batch)->next;
  trim();
  fill_many(10'000);  // The segments live again, with other records under another salt.
  const std::vector<Seq> seen = seqs(scan);
  ASSERT_FALSE(seen.empty());
  EXPECT_GE(seen.front(), read_to);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  // Each event was seen or is counted.
  EXPECT_EQ(seen.size() + scan.losses().recycled_events, seen.back() + 1 - read_to);
  EXPECT_GT(scan.losses().recycled_events, 0u);
  EXPECT_EQ(scan.losses().damages, 0u) << scan.losses().first_damage;
  // The reader's own memory still had some of the first segment.
  EXPECT_EQ(seen.front(), read_to);
}

TEST_F(LogSnapshotTest, a_snapshot_recycled_as_a_whole_ends_and_says_how_much_it_missed) {
  const Seq first = fill(300);
  const auto log = snapshot();
  fill(300);
  trim();
  const Seq kept = tunnel_->status().oldest;
  ASSERT_GT(kept, first + 299);
  SnapshotScan scan(log, {});
  EXPECT_TRUE(seqs(scan).empty());
  EXPECT_EQ(scan.losses().recycled_events, kept - first);
}

TEST_F(LogSnapshotTest, a_damaged_record_costs_itself_and_is_named) {
  const Seq first = fill(300);
  tunnel_.reset();
  const std::string file = segment_files(world_)[1];
  const std::size_t hit = world_.disk.bytes(file).find("TTR1", 20'000) + 60;
  world_.disk.flip_bit(file, hit * 8);
  SnapshotScan scan(snapshot(), {});
  EXPECT_EQ(seqs(scan).size(), 299u);
  EXPECT_EQ(scan.losses().damaged_events, 1u);
  EXPECT_EQ(scan.losses().damages, 1u);
  EXPECT_THAT(scan.losses().first_damage, testing::HasSubstr(".seg at byte "));
  EXPECT_EQ(scan.losses().recycled_events, 0u);
  EXPECT_GT(first, 0u);
}

TEST_F(LogSnapshotTest, a_torn_tail_is_the_end_and_no_damage) {
  fill(20);
  tunnel_.reset();
  const std::string file = segment_files(world_).back();
  // The last record of a clean stop is its mark; the one before is the last event.
  const std::size_t mark = world_.disk.bytes(file).rfind("TTR1");
  const std::size_t last = world_.disk.bytes(file).rfind("TTR1", mark - 1);
  world_.disk.flip_bit(file, (mark + 9) * 8);
  world_.disk.flip_bit(file, (last + 60) * 8);
  SnapshotScan scan(snapshot(), {});
  EXPECT_EQ(seqs(scan).size(), 19u);
  EXPECT_EQ(scan.losses().damages, 0u);
}

TEST_F(LogSnapshotTest, damaged_headers_and_a_missing_format_are_made_good) {
  fill(200);
  tunnel_.reset();
  const auto files = segment_files(world_);
  world_.disk.flip_bit(files[1], 50 * 8);
  SnapshotScan scan(snapshot(), {});
  EXPECT_EQ(seqs(scan).size(), 200u);
  EXPECT_EQ(scan.losses().damages, 1u);
  EXPECT_EQ(scan.losses().damaged_events, 0u);
  ASSERT_TRUE(world_.disk.remove("/data/FORMAT").ok());
  SnapshotScan again(snapshot(), {});
  EXPECT_EQ(seqs(again).size(), 200u);
  EXPECT_FALSE(world_.disk.exists("/data/FORMAT"));
}

TEST_F(LogSnapshotTest, a_folder_without_a_tunnel_says_so) {
  const auto opened = LogSnapshot::open(world_.disk, "/elsewhere");
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text, testing::HasSubstr("holds no tunnel"));
}

}  // namespace
}  // namespace tt::tunnel
