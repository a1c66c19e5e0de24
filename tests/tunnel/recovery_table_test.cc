// The table of recovery, rows of the log: each evidence, its verdict, and what is done about it.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/recovery_table.h"

namespace tt::tunnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(RecoveryTable, R1_a_clean_end_is_opened_and_nothing_is_cut) {
  start();
  const Seq seq = say("a");
  start();
  EXPECT_EQ(say("b"), seq + 1);
  EXPECT_THAT(read_all(), ElementsAre("a", "b"));
  EXPECT_EQ(counted("tt_tunnel_recovery_cut_bytes"), 0u);
  EXPECT_FALSE(world_.disk.exists("/data/quarantine"));
}

TEST_F(RecoveryTable, R2_a_torn_tail_is_copied_aside_and_cut) {
  start();
  say("whole");
  const Seq torn = say("torn", AckLevel::kWritten);
  kill();
  const std::string file = segment_files(world_).at(0);
  const std::size_t at = place_of(file, "torn");
  const std::string before = world_.disk.bytes(file).substr(at, 4);
  zero(file, at, at + 4);
  start();
  EXPECT_THAT(read_all(), ElementsAre("whole"));
  EXPECT_TRUE(gaps_.empty()) << "nobody was told that it was safe";
  EXPECT_GT(counted("tt_tunnel_recovery_cut_bytes"), 0u);
  EXPECT_EQ(counted("tt_tunnel_corrupt_records_total"), 0u);
  const auto kept = world_.disk.list("/data/quarantine");
  ASSERT_TRUE(kept.ok());
  ASSERT_EQ(kept->size(), 2u);
  EXPECT_THAT(world_.disk.bytes("/data/quarantine/" + (*kept)[1].name), HasSubstr("torn"));
  EXPECT_GT(say("next"), torn) << "an exit may have seen it";
}

TEST_F(RecoveryTable, R2b_a_hole_in_the_last_group_keeps_what_follows_and_counts_as_uncertain) {
  start();
  say("safe");
  const Seq first = append(*tunnel_, {"one", "two", "three"}, {.level = AckLevel::kWritten}).first;
  kill();
  const std::string file = segment_files(world_).at(0);
  zero(file, frame_of(file, "two"), frame_of(file, "three"));
  start();
  EXPECT_THAT(read_all(), ElementsAre("safe", "one", "three"));
  EXPECT_EQ(gaps_, (Gaps{{first + 1, first + 2}}));
  EXPECT_EQ(counted("tt_tunnel_uncertain_total"), 1u);
  EXPECT_EQ(counted("tt_tunnel_corrupt_records_total"), 0u);
}

TEST_F(RecoveryTable, R3_rot_below_what_was_synced_costs_its_record_and_is_reported) {
  start();
  say("before");
  const Seq lost = say("rotten");
  say("after");
  kill();
  const std::string file = segment_files(world_).at(0);
  world_.disk.flip_bit(file, place_of(file, "rotten") * 8);
  start();
  EXPECT_THAT(read_all(), ElementsAre("before", "after"));
  EXPECT_EQ(gaps_, (Gaps{{lost, lost + 1}}));
  EXPECT_EQ(counted("tt_tunnel_corrupt_records_total"), 1u);
  EXPECT_EQ(counted("tt_tunnel_recovery_cut_bytes"), 0u);
  EXPECT_TRUE(world_.disk.exists("/data/quarantine"));
  // Every exit gets told when its cursor crosses the place.
  auto reader = open_reader(*tunnel_, "exit");
  read(*reader);
  EXPECT_EQ(gaps_, (Gaps{{lost, lost + 1}}));
}

TEST_F(RecoveryTable, R3_rot_in_a_finished_segment_is_found_when_it_is_read) {
  start();
  const Seq lost = say("rotten");
  fill_segments(2);
  stop();
  const std::string file = segment_files(world_).at(0);
  world_.disk.flip_bit(file, (frame_of(file, "rotten") + 20) * 8);
  start();
  read_all();
  EXPECT_EQ(gaps_, (Gaps{{lost, lost + 1}}));
  EXPECT_EQ(counted("tt_tunnel_corrupt_records_total"), 1u);
}

TEST_F(RecoveryTable, R4_a_bad_segment_header_is_made_again_from_the_name_and_the_key) {
  start();
  say("first");
  fill_segments(2);
  const std::size_t count = read_all().size();
  stop();
  for (const std::string& file : segment_files(world_)) zero(file, 0, kRecordsBegin);
  start();
  EXPECT_EQ(read_all().size(), count);
  EXPECT_TRUE(gaps_.empty());
}

TEST_F(RecoveryTable, R4_a_file_without_any_record_of_ours_is_set_aside) {
  start();
  const Seq lost = say("gone");
  stop();
  const std::string file = segment_files(world_).at(0);
  const std::string foreign(world_.disk.bytes(file).size(), '?');
  world_.disk.damage(file, 0, foreign);
  start();
  EXPECT_TRUE(read_all().empty());
  EXPECT_EQ(world_.disk.bytes("/data/quarantine/" + file.substr(file.rfind('/') + 1)), foreign);
  EXPECT_GT(say("next"), lost);
}

TEST_F(RecoveryTable, R5_a_missing_segment_is_a_gap_and_never_fatal) {
  start();
  fill_segments(3);
  const std::size_t count = read_all().size();
  stop();
  ASSERT_TRUE(world_.disk.remove(segment_files(world_).at(1)).ok());
  start();
  const std::size_t left = read_all().size();
  ASSERT_EQ(gaps_.size(), 1u);
  EXPECT_EQ(left + gaps_[0].second - gaps_[0].first, count);
  EXPECT_GE(counted("tt_tunnel_corrupt_records_total"), 1u);
}

TEST_F(RecoveryTable, R5_missing_oldest_segments_are_a_gap_to_who_had_not_read_them) {
  start();
  auto behind = open_reader(*tunnel_, "behind");
  auto ahead = open_reader(*tunnel_, "ahead");
  fill_segments(3);
  ahead->settle(0, tunnel_->status().visible - 1);
  behind.reset();
  ahead.reset();
  stop();
  ASSERT_TRUE(world_.disk.remove(segment_files(world_).at(0)).ok());
  start();
  const Seq oldest = tunnel_->status().oldest;
  behind = open_reader(*tunnel_, "behind");
  const auto seen = read(*behind);
  EXPECT_EQ(gaps_, (Gaps{{1, oldest}}));
  EXPECT_EQ(tunnel_->status().damages, 1u);
  EXPECT_FALSE(seen.empty());
  ahead = open_reader(*tunnel_, "ahead");
  read(*ahead);
  EXPECT_TRUE(gaps_.empty());
}

TEST_F(RecoveryTable, R5_a_segment_that_cannot_be_opened_once_costs_nothing) {
  start();
  say("kept");
  stop();
  world_.disk.make_unopenable(segment_files(world_).at(0), 1);
  start();
  EXPECT_THAT(read_all(), ElementsAre("kept"));
  EXPECT_EQ(tunnel_->status().damages, 0u);
}

TEST_F(RecoveryTable,
       R5_a_newest_segment_that_cannot_be_opened_is_a_gap_and_keeps_its_name_and_seqs) {
  start();
  auto reader = open_reader(*tunnel_, "exit");
  const Seq first = say("hidden");
  reader.reset();
  stop();
  const std::string file = segment_files(world_).at(0);
  world_.disk.make_unopenable(file, 1'000);
  start();
  reader = open_reader(*tunnel_, "exit");
  const Seq next = say("next");
  EXPECT_THAT(read(*reader), ElementsAre("next"));
  ASSERT_EQ(gaps_.size(), 1u);
  EXPECT_EQ(gaps_[0].first, first);
  EXPECT_LE(gaps_[0].second, next);
  EXPECT_GE(tunnel_->status().damages, 1u);
  reader.reset();
  stop();
  world_.disk.make_unopenable(file, 0);
  start();
  EXPECT_THAT(read_all(), ElementsAre("hidden", "next"));
  EXPECT_GT(say("last"), next);
}

TEST_F(RecoveryTable, R5_a_folder_in_the_place_of_a_segment_is_set_aside) {
  start();
  auto reader = open_reader(*tunnel_, "exit");
  const Seq lost = say("lost");
  reader->settle(0, lost);
  reader.reset();
  stop();
  const std::string file = segment_files(world_).at(0);
  ASSERT_TRUE(world_.disk.remove(file).ok());
  ASSERT_TRUE(world_.disk.create_directories(file).ok());
  start();
  EXPECT_GT(say("next"), lost);
  EXPECT_THAT(read_all(), ElementsAre("next"));
  EXPECT_TRUE(world_.disk.exists("/data/quarantine/" + file.substr(file.rfind('/') + 1)));
}

// The cursor on disk is older than the one that retention believed: nothing is missing.
TEST_F(RecoveryTable, R5_is_not_suspected_when_an_update_of_the_cursor_is_damaged) {
  start();
  auto reader = open_reader(*tunnel_, "exit");
  auto other = open_reader(*tunnel_, "other");
  fill_segments(3);
  const Seq visible = tunnel_->status().visible;
  ASSERT_TRUE(reader->rewind(visible).ok());
  ASSERT_TRUE(other->rewind(visible).ok());
  ASSERT_TRUE(tunnel_->trim(0, 0).ok());
  reader.reset();
  other.reset();
  kill();
  // The file that is in use has updates behind its snapshot.
  const std::size_t in_a = world_.disk.bytes("/data/cursors.a").rfind("TTC1");
  const bool is_a = in_a != std::string::npos && in_a != 0;
  const std::string file = is_a ? "/data/cursors.a" : "/data/cursors.b";
  const std::string bytes = world_.disk.bytes(file);
  const std::size_t last = bytes.rfind("TTC1");
  world_.disk.flip_bit(file, (bytes.rfind("TTC1", last - 1) + 20) * 8);
  start();
  reader = open_reader(*tunnel_, "exit");
  EXPECT_LT(reader->cursor(), visible);
  EXPECT_EQ(tunnel_->status().damages, 0u);
}

TEST_F(RecoveryTable, R6_unreadable_blocks_cost_what_is_in_them) {
  start();
  for (int i = 0; i < 40; ++i) say(std::to_string(i) + std::string(1000, '.'));
  stop();
  const std::string file = segment_files(world_).at(0);
  world_.disk.make_unreadable(file, 4 * kBlockBytes, kBlockBytes);
  start();
  const std::size_t left = read_all().size();
  EXPECT_LT(left, 40u);
  ASSERT_EQ(gaps_.size(), 1u);
  EXPECT_EQ(left + gaps_[0].second - gaps_[0].first, 40u);
  EXPECT_LE(gaps_[0].second - gaps_[0].first, 5u);
}

TEST_F(RecoveryTable, R6_an_unreadable_end_is_a_loss_and_nothing_is_written_over_it) {
  start();
  for (int i = 0; i < 8; ++i) say(std::to_string(i) + std::string(1000, '.'));
  kill();
  const std::string file = segment_files(world_).at(0);
  const std::size_t block = frame_of(file, "5....") / kBlockBytes * kBlockBytes;
  world_.disk.make_unreadable(file, block, 2 * kBlockBytes);
  std::size_t kept = 0;
  while (frame_of(file, std::to_string(kept + 1) + "....") <= block) ++kept;
  for (int round = 0; round < 2; ++round) {
    start();
    say("round " + std::to_string(round));
    EXPECT_EQ(read_all().size(), kept + 1 + static_cast<unsigned>(round));
    ASSERT_EQ(gaps_.size(), 1u);
    EXPECT_EQ(gaps_[0].first, kept + 1);
    EXPECT_GE(gaps_[0].second, 9u) << "eight events were there";
    kill();
  }
  EXPECT_NE(world_.disk.bytes(file).find("7..."), std::string::npos);
}

// There is no index beside a segment: places to begin reading are found again in memory.
TEST_F(RecoveryTable, R7_what_is_only_a_cache_is_built_again) {
  start();
  fill_segments(3);
  const Seq visible = tunnel_->status().visible;
  start();
  auto scan = tunnel_->scan(visible / 2);
  const auto batch = scan->next(1);
  ASSERT_TRUE(batch.ok() && *batch);
  EXPECT_EQ((*batch)->events().front().meta.seq, visible / 2);
}

TEST_F(RecoveryTable, R11_an_empty_file_at_the_end_is_removed) {
  start();
  const Seq seq = say("a");
  stop();
  const std::string empty = "/data/tunnel/" + segment_name(seq + 1);
  ASSERT_TRUE(world_.disk.open(empty, Open::kCreate).ok());
  ASSERT_TRUE(world_.disk.sync_directory("/data/tunnel").ok());
  start();
  EXPECT_FALSE(world_.disk.exists(empty));
  say("b");
  EXPECT_THAT(read_all(), ElementsAre("a", "b"));
}

TEST_F(RecoveryTable, R11_a_segment_with_a_header_alone_is_gone_on_with) {
  start();
  fill_segments(1);
  stop();
  const auto files = segment_files(world_);
  zero(files.back(), kRecordsBegin, world_.disk.bytes(files.back()).size());
  start();
  EXPECT_EQ(segment_files(world_).size(), files.size());
  say("next");
  EXPECT_THAT(read_all().back(), "next");
}

// After a failed sync the cache may show what the disk never got, and count it as clean.
TEST_F(RecoveryTable, what_a_start_accepts_after_a_failed_sync_survives_a_power_cut) {
  start();
  say("a");
  world_.disk.fail_next(MemoryDisk::Op::kSync, reject("input/output error"));
  EXPECT_FALSE(append(*tunnel_, {"b"}).status.ok());
  kill();
  for (int round = 0; round < 2; ++round) {
    start();
    EXPECT_THAT(read_all(), ElementsAre("a", "b"));
    world_.disk.crash();
    tunnel_.reset();
  }
}

TEST_F(RecoveryTable, so_does_a_finished_segment_whose_seal_was_not_synced) {
  start();
  world_.disk.fail_next(MemoryDisk::Op::kSync, reject("input/output error"));
  std::size_t stored = 0;
  while (append(*tunnel_, {std::string(1000, 'x')}, {.level = AckLevel::kWritten}).status.ok()) {
    ++stored;
  }
  kill();
  for (int round = 0; round < 2; ++round) {
    start();
    EXPECT_EQ(read_all().size(), stored);
    EXPECT_TRUE(gaps_.empty());
    world_.disk.crash();
    tunnel_.reset();
  }
}

}  // namespace
}  // namespace tt::tunnel
