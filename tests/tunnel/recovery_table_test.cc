// The table of recovery: each row of evidence, its verdict, and what is done about it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/log.h"
#include "tunnel/fixture.h"
#include "tunnel/record_format.h"
#include "tunnel/segment.h"

namespace tt::tunnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Gaps = std::vector<std::pair<Seq, Seq>>;

constexpr char kFormat[] = "/data/FORMAT";
constexpr std::size_t kMajorAt = 8;

class RecoveryTable : public testing::Test {
 protected:
  RecoveryTable() { log::set_level(log::Level::kOff); }
  ~RecoveryTable() override { log::set_level(log::Level::kInfo); }

  void start(DiskTunnelOptions options = small_options()) {
    tunnel_.reset();
    tunnel_ = open_tunnel(world_, std::move(options));
    ASSERT_TRUE(tunnel_);
  }
  void stop() { EXPECT_TRUE(tunnel_->close().ok()); }
  void kill() {
    world_.disk.kill();
    tunnel_.reset();
  }
  Seq say(const std::string& message, AckLevel level = AckLevel::kDisk) {
    const Appended appended = append(*tunnel_, {message}, {.level = level});
    EXPECT_TRUE(appended.status.ok());
    return appended.first;
  }
  /// Enough for `count` finished segments, events of 1 KiB.
  void fill_segments(std::size_t count) {
    while (segment_files(world_).size() <= count) say(std::string(1000, 'x'));
  }
  std::uint64_t counted(const std::string& name) {
    return world_.metrics.counter(name, "").value();
  }
  template <class Source>
  std::vector<std::string> read(Source& source) {
    std::vector<std::string> messages;
    gaps_.clear();
    while (true) {
      auto batch = source.next(1u << 20);
      EXPECT_TRUE(batch.ok());
      if (!batch.ok() || !*batch) return messages;
      for (const StoredEvent& e : (*batch)->events()) messages.push_back(e.event.text("message"));
      for (const Gap& gap : (*batch)->gaps) gaps_.emplace_back(gap.first, gap.next);
    }
  }
  std::vector<std::string> read_all() {
    auto scan = tunnel_->scan(0);
    return read(*scan);
  }
  std::size_t place_of(const std::string& file, std::string_view text) {
    const std::size_t at = world_.disk.bytes(file).find(text);
    EXPECT_NE(at, std::string::npos) << text;
    return at;
  }
  std::size_t frame_of(const std::string& file, std::string_view text) {
    return world_.disk.bytes(file).rfind("TTR1", place_of(file, text));
  }
  void zero(const std::string& file, std::size_t begin, std::size_t end) {
    world_.disk.damage(file, begin, std::string(end - begin, '\0'));
  }

  World world_;
  std::unique_ptr<Tunnel> tunnel_;
  Gaps gaps_;
};

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

TEST_F(RecoveryTable, R8_one_bad_cursor_file_leaves_the_other) {
  for (const char* file : {"/data/cursors.a", "/data/cursors.b"}) {
    World world;
    auto tunnel = open_tunnel(world);
    auto reader = open_reader(*tunnel, "exit");
    const Seq first = append(*tunnel, numbered("m", 10)).first;
    reader->settle(0, first + 4);
    reader.reset();
    tunnel.reset();
    open_tunnel(world).reset();  // Now both files hold a snapshot.
    world.disk.damage(file, 0, std::string(world.disk.bytes(file).size(), '?'));
    tunnel = open_tunnel(world);
    EXPECT_EQ(open_reader(*tunnel, "exit", {Start::Kind::kLatest})->cursor(), first + 5) << file;
  }
}

TEST_F(RecoveryTable, R8_blocks_of_a_cursor_file_that_cannot_be_read_are_passed_over) {
  start();
  auto reader = open_reader(*tunnel_, "exit");
  const Seq first = append(*tunnel_, numbered("m", 10)).first;
  reader->settle(0, first + 4);
  reader.reset();
  stop();
  for (const char* file : {"/data/cursors.a", "/data/cursors.b"}) {
    world_.disk.make_unreadable(file, 64 * kBlockBytes, kBlockBytes);
  }
  start();
  EXPECT_EQ(open_reader(*tunnel_, "exit")->cursor(), first + 5);
}

TEST_F(RecoveryTable, R9_without_cursors_every_exit_begins_at_the_oldest_event_of_the_last_hour) {
  start();
  say("yesterday");
  world_.clock.advance_ns(24 * 3600 * kNsPerSec);
  say("half an hour ago");
  world_.clock.advance_ns(1800 * kNsPerSec);
  say("now");
  stop();
  for (const char* file : {"/data/cursors.a", "/data/cursors.b"}) {
    world_.disk.damage(file, 0, std::string(4096, '?'));
  }
  start();
  for (const Start::Kind kind : {Start::Kind::kLatest, Start::Kind::kEarliest}) {
    auto reader = open_reader(*tunnel_, kind == Start::Kind::kLatest ? "a" : "b", {kind});
    EXPECT_THAT(read(*reader), ElementsAre("half an hour ago", "now"));
  }
}

TEST_F(RecoveryTable, R10_a_cursor_ahead_of_the_log_lends_no_seq_twice_and_shows_the_loss) {
  start();
  auto behind = open_reader(*tunnel_, "behind");
  auto ahead = open_reader(*tunnel_, "ahead");
  const Seq kept = say("kept");
  const std::string older = world_.disk.bytes(segment_files(world_).at(0));
  const Seq lost = append(*tunnel_, {"lost", "lost too"}).first;
  ASSERT_TRUE(ahead->rewind(lost + 2).ok());  // Durable at once.
  behind.reset();
  ahead.reset();
  kill();
  world_.disk.damage(segment_files(world_).at(0), 0, older);  // A copy from before.
  start();
  const Seq next = say("next");
  EXPECT_GT(next, lost + 1);
  behind = open_reader(*tunnel_, "behind");
  EXPECT_THAT(read(*behind), ElementsAre("kept", "next"));
  EXPECT_EQ(gaps_, (Gaps{{kept + 1, lost + 2}}));
  ahead = open_reader(*tunnel_, "ahead");
  EXPECT_THAT(read(*ahead), ElementsAre("next"));
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

class NewerFormat : public RecoveryTable {
 protected:
  void SetUp() override {
    start();
    say("a");
    ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "exit", .event_json = "{}"}).ok());
    stop();
    tunnel_.reset();
  }
  /// Format 2 in a file whose checksum covers all but its last 4 bytes.
  void raise(const std::string& file, std::size_t bytes) {
    std::string head = world_.disk.bytes(file).substr(0, bytes);
    head[kMajorAt] = 2;
    store(head.data() + bytes - 4, crc32c({head.data(), bytes - 4}));
    world_.disk.damage(file, 0, head);
  }
  /// Refused with both versions, and no call that changes anything was made.
  void expect_refused() {
    using Op = MemoryDisk::Op;
    constexpr Op kChanges[] = {Op::kWrite,  Op::kSync,   Op::kTruncate,         Op::kAllocate,
                               Op::kRename, Op::kRemove, Op::kCreateDirectories};
    std::vector<std::uint64_t> before, after;
    for (const Op op : kChanges) before.push_back(world_.disk.count(op));
    const auto refused = open_disk_tunnel(small_options(), world_.seams);
    for (const Op op : kChanges) after.push_back(world_.disk.count(op));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kMisconfigured);
    EXPECT_THAT(refused.error().text, HasSubstr("format 2"));
    EXPECT_THAT(refused.error().text, HasSubstr("format 1"));
    EXPECT_EQ(before, after);
  }
};

TEST_F(NewerFormat, R12_of_the_directory_is_refused_and_nothing_is_touched) {
  raise(kFormat, kFormatFileBytes);
  expect_refused();
}
TEST_F(NewerFormat, R12_of_a_segment_is_refused_and_nothing_is_touched) {
  raise(segment_files(world_).at(0), kSegmentHeaderBytes);
  expect_refused();
}
TEST_F(NewerFormat, R12_of_a_segment_is_seen_without_FORMAT_too) {
  raise(segment_files(world_).at(0), kSegmentHeaderBytes);
  world_.disk.damage(kFormat, 0, "????");
  expect_refused();
}
TEST_F(NewerFormat, R12_of_dead_letters_is_refused_and_nothing_is_touched) {
  raise("/data/dead/exit/" + segment_name(1), kSegmentHeaderBytes);
  expect_refused();
}

TEST_F(RecoveryTable, R13_a_missing_or_damaged_FORMAT_is_made_again_from_a_segment) {
  start();
  const std::string log(tunnel_->log_id());
  say("a");
  for (const bool is_missing : {true, false}) {
    stop();
    if (is_missing) {
      ASSERT_TRUE(world_.disk.remove(kFormat).ok());
    } else {
      world_.disk.flip_bit(kFormat, 8 * 50);
    }
    start();
    EXPECT_EQ(tunnel_->log_id(), log);
    EXPECT_THAT(read_all(), ElementsAre("a"));
    EXPECT_TRUE(world_.disk.exists(kFormat));
  }
}

TEST_F(RecoveryTable, R13_even_without_a_free_byte) {
  start();
  const std::string log(tunnel_->log_id());
  say("a");
  kill();
  ASSERT_TRUE(world_.disk.remove(kFormat).ok());
  ASSERT_TRUE(world_.disk.sync_directory("/data").ok());
  world_.disk.set_free_bytes(0);
  start();
  EXPECT_EQ(tunnel_->log_id(), log);
  EXPECT_THAT(read_all(), ElementsAre("a"));
}

}  // namespace
}  // namespace tt::tunnel
