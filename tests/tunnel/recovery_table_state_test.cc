// The table of recovery, rows beside the log: cursors (R8 to R10) and formats (R12, R13).
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/recovery_table.h"

namespace tt::tunnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFormat[] = "/data/FORMAT";
constexpr std::size_t kMajorAt = 8;

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
