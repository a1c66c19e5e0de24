// Fsck: every kind of damage is found and told, and repairing costs no event that can be read.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/fsck.h"

#include <gmock/gmock.h>

#include "tunnel/fixture.h"
#include "tunnel/written_log.h"

namespace tt::tunnel {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

FsckReport checked(Disk& disk) {
  auto report = check_folder(disk, "/data");
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().text);
  return report.ok() ? *std::move(report) : FsckReport();
}

FsckRepair repair(Seams seams) {
  auto repaired = repair_folder(small_options(), seams);
  EXPECT_TRUE(repaired.ok()) << (repaired.ok() ? "" : repaired.error().text);
  return repaired.ok() ? *std::move(repaired) : FsckRepair();
}

class FsckTest : public testing::Test {
 protected:
  FsckTest() { tunnel_ = open_tunnel(world_); }

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
  FsckReport check_now() { return checked(world_.disk); }

  World world_;
  std::unique_ptr<Tunnel> tunnel_;
};

TEST_F(FsckTest, a_folder_that_was_closed_is_fine_and_its_contents_are_told) {
  const Seq first = fill(200);
  auto reader = open_reader(*tunnel_, "archive");
  reader->settle(first, first + 49);
  reader->settle(first + 60, first + 69);
  reader.reset();
  tunnel_.reset();
  const FsckReport report = check_now();
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_FALSE(report.can_be_repaired());
  EXPECT_TRUE(report.was_clean);
  EXPECT_EQ(report.holder, "");
  EXPECT_EQ(report.format, "good");
  EXPECT_EQ(report.events(), 200u);
  EXPECT_EQ(report.next_seq, first + 200);
  ASSERT_GE(report.segments.size(), 3u);
  EXPECT_EQ(report.segments.front().first_seq, first);
  EXPECT_TRUE(report.segments.front().is_sealed);
  EXPECT_FALSE(report.segments.back().is_sealed);
  EXPECT_EQ(report.segments.back().last_seq, first + 199);
  ASSERT_THAT(report.cursors, SizeIs(1));
  EXPECT_EQ(report.cursors[0].exit, "archive");
  EXPECT_EQ(report.cursors[0].low, first + 50);
  EXPECT_EQ(report.cursors[0].lag, 200u - 50 - 10);
}

TEST_F(FsckTest, a_live_folder_is_read_beside_the_daemon_and_nothing_is_written) {
  fill(100);
  world_.disk.fail_always(MemoryDisk::Op::kWrite, retry("written to"));
  world_.disk.fail_always(MemoryDisk::Op::kRename, retry("renamed"));
  world_.disk.fail_always(MemoryDisk::Op::kTruncate, retry("truncated"));
  const FsckReport report = check_now();
  world_.disk.heal();
  EXPECT_NE(report.holder, "");
  EXPECT_EQ(report.events(), 100u);
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.torn_bytes(), 0u);
}

TEST_F(FsckTest, segments_that_the_daemon_gives_up_meanwhile_are_no_damage) {
  fill(300);
  bool is_trimmed = false;
  const auto report = check_folder(world_.disk, "/data", [&](double done) {
    if (done == 0 || std::exchange(is_trimmed, true)) return;
    EXPECT_TRUE(tunnel_->trim(0, 0).ok());
  });
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(is_trimmed);
  EXPECT_THAT(report->damages, IsEmpty());
}

TEST_F(FsckTest, a_repair_is_refused_while_a_daemon_runs) {
  const auto repaired = repair_folder(small_options(), world_.seams);
  ASSERT_FALSE(repaired.ok());
  EXPECT_EQ(repaired.error().code, Code::kStopped);
  EXPECT_THAT(repaired.error().text, HasSubstr("in use by process"));
}

TEST_F(FsckTest, a_flipped_bit_costs_one_event_and_a_repair_puts_it_on_record) {
  fill(100);
  tunnel_.reset();
  const std::string file = segment_files(world_).front();
  world_.disk.flip_bit(file, 8 * (kRecordsBegin + 10 * kEventBytes));
  const FsckReport before = check_now();
  ASSERT_THAT(before.damages, SizeIs(1));
  EXPECT_EQ(before.damages[0].kind, DamageKind::kRot);
  EXPECT_EQ("/data/" + before.damages[0].file, file);
  EXPECT_EQ(before.damages[0].next - before.damages[0].first, 1u);
  EXPECT_FALSE(before.damages[0].is_recorded);
  EXPECT_EQ(before.lost_events(), 1u);

  const FsckRepair repaired = repair(world_.seams);
  EXPECT_EQ(repaired.events_gone, 0u);
  EXPECT_EQ(repaired.after.events(), 99u);
  EXPECT_EQ(repaired.after.lost_events(), 1u);
  EXPECT_EQ(repaired.after.lost_events(/*only_new=*/true), 0u);
  EXPECT_TRUE(repaired.after.was_clean);
  EXPECT_GT(repaired.after.quarantine.files, 0u);
  EXPECT_THAT(repaired.done, Contains(HasSubstr("1 lost event went on record")));
}

TEST_F(FsckTest, a_segment_that_is_gone_is_missed) {
  fill(200);
  tunnel_.reset();
  const FsckReport whole = check_now();
  ASSERT_TRUE(world_.disk.remove(segment_files(world_)[1]).ok());
  const FsckReport report = check_now();
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].kind, DamageKind::kMissing);
  EXPECT_EQ(report.damages[0].first, whole.segments[1].first_seq);
  EXPECT_EQ(report.damages[0].next, whole.segments[1].last_seq + 1);
  EXPECT_EQ(repair(world_.seams).after.lost_events(/*only_new=*/true), 0u);
}

TEST_F(FsckTest, the_lost_end_of_a_finished_segment_is_missed) {
  fill(200);
  tunnel_.reset();
  const FsckReport whole = check_now();
  const SegmentReport& first = whole.segments[0];
  const std::string zeros(20 * kEventBytes, '\0');
  world_.disk.damage("/data/" + first.file, first.used_bytes - zeros.size(), zeros);
  const FsckReport report = check_now();
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].kind, DamageKind::kMissing);
  EXPECT_EQ(report.damages[0].next, first.last_seq + 1);
  EXPECT_EQ(report.lost_events(), whole.events() - report.events());
}

TEST_F(FsckTest, an_end_of_the_log_that_the_disk_refuses_is_told) {
  fill(20);
  tunnel_.reset();
  const FsckReport whole = check_now();
  ASSERT_THAT(whole.segments, SizeIs(1));
  const std::uint64_t end = whole.segments[0].used_bytes;
  world_.disk.make_unreadable("/data/" + whole.segments[0].file,
                              (end / kBlockBytes - 1) * kBlockBytes, 2 * kBlockBytes);
  const FsckReport report = check_now();
  EXPECT_LT(report.events(), whole.events());
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].kind, DamageKind::kUnreadable);
  EXPECT_LE(report.damages[0].begin, end);
  EXPECT_GE(report.damages[0].end, end);
}

TEST_F(FsckTest, damaged_headers_cost_nothing) {
  fill(200);
  tunnel_.reset();
  const FsckReport whole = check_now();
  for (const std::string& file : segment_files(world_)) world_.disk.flip_bit(file, 8 * 50);
  const FsckReport report = check_now();
  EXPECT_EQ(report.events(), whole.events());
  EXPECT_EQ(report.lost_events(), 0u);
  EXPECT_THAT(report.damages, SizeIs(whole.segments.size()));
  EXPECT_THAT(report.damages, Each(Field(&FoundDamage::kind, DamageKind::kHeader)));
}

TEST_F(FsckTest, format_and_one_cursor_file_are_made_again) {
  open_reader(*tunnel_, "archive");
  fill(10);
  tunnel_.reset();
  tunnel_ = open_tunnel(world_);  // Both cursor files have been used now.
  tunnel_.reset();
  ASSERT_TRUE(world_.disk.remove("/data/FORMAT").ok());
  world_.disk.flip_bit("/data/cursors.a", 8 * 20);
  const FsckReport before = check_now();
  EXPECT_EQ(before.format, "missing");
  EXPECT_EQ(before.cursor_files[0].state, "damaged");
  EXPECT_TRUE(before.cursor_files[1].is_used);
  EXPECT_THAT(before.cursors, SizeIs(1));
  EXPECT_TRUE(before.can_be_repaired());
  const FsckRepair repaired = repair(world_.seams);
  EXPECT_EQ(repaired.after.format, "good");
  EXPECT_EQ(repaired.after.cursor_files[0].state, "good");
  EXPECT_THAT(repaired.after.damages, IsEmpty());
  EXPECT_EQ(repaired.after.cursors[0].low, before.cursors[0].low);
  EXPECT_THAT(repaired.done, Contains(HasSubstr("FORMAT was made again")));
  EXPECT_THAT(repaired.done, Contains(HasSubstr("cursors.a was written anew")));
}

TEST_F(FsckTest, dead_letters_are_counted_and_their_damage_is_told) {
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "chat/ops", .event_json = "{}"}).ok());
  ASSERT_TRUE(tunnel_->dead_letters().remove("chat/ops", 1).ok());
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "chat/ops", .event_json = "{}"}).ok());
  tunnel_.reset();
  const FsckReport whole = check_now();
  ASSERT_THAT(whole.dead, SizeIs(1));
  EXPECT_EQ(whole.dead[0].exit, "chat/ops");
  EXPECT_EQ(whole.dead[0].kept, 3u);
  const auto files = world_.disk.list("/data/dead/chat%2Fops");
  ASSERT_TRUE(files.ok());
  world_.disk.flip_bit("/data/dead/chat%2Fops/" + files->front().name, 8 * (kRecordsBegin + 60));
  const FsckReport report = check_now();
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].kind, DamageKind::kLetters);
  EXPECT_EQ(report.lost_events(), 0u);
}

TEST_F(FsckTest, a_newer_format_and_a_folder_without_a_tunnel_are_refused) {
  tunnel_.reset();
  const auto none = check_folder(world_.disk, "/data/rules");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kReject);
  std::string newer = world_.disk.bytes("/data/FORMAT");
  store(newer.data() + 8, std::uint16_t{kFormatMajor + 1});
  store(newer.data() + kFormatFileBytes - 4, crc32c({newer.data(), kFormatFileBytes - 4}));
  world_.disk.damage("/data/FORMAT", 0, newer);
  for (const auto& error : {check_folder(world_.disk, "/data").error(),
                            repair_folder(small_options(), world_.seams).error()})
    EXPECT_EQ(error.code, Code::kMisconfigured);
}

TEST(FsckTornTest, a_torn_tail_is_no_damage_and_a_repair_removes_it) {
  WrittenLog log;
  log.commit({R"({"message":"whole"})"});
  log.write({R"({"message":"torn"})"});
  log.disk.flip_bit(log.last()->path, 8 * (log.last()->end.load() - 10));
  log.disk.kill();
  const FsckReport before = checked(log.disk);
  EXPECT_EQ(before.events(), 1u);
  EXPECT_GT(before.torn_bytes(), 0u);
  EXPECT_EQ(before.lost_events(), 0u);
  EXPECT_TRUE(before.can_be_repaired());
  Metrics metrics;
  const FsckRepair repaired = repair({log.clock, log.disk, log.random, system_spawner(), metrics});
  EXPECT_EQ(repaired.after.torn_bytes(), 0u);
  EXPECT_EQ(repaired.after.events(), 1u);
  EXPECT_THAT(repaired.done, Contains(HasSubstr("torn bytes")));
}

// Whatever is hit: the check ends, the repair takes no event that was readable, and what is lost is
// on record afterwards.
TEST_F(FsckTest, no_repair_of_random_damage_costs_a_readable_event) {
  open_reader(*tunnel_, "archive");
  fill(150);
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "archive", .event_json = "{}"}).ok());
  tunnel_.reset();
  std::vector<std::string> files = segment_files(world_);
  files.insert(files.end(), {"/data/FORMAT", "/data/cursors.a", "/data/cursors.b"});
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World other;
    for (const std::string& file : files) {
      const std::string bytes = world_.disk.bytes(file);
      ASSERT_TRUE(other.disk.create_directories("/data/tunnel").ok());
      ASSERT_TRUE(write_file(other.disk, file, bytes).ok());
    }
    SeededRandom random(seed);
    for (std::uint64_t hits = random.below(6) + 1; hits > 0; --hits) {
      const std::string& file = files[random.below(files.size())];
      const std::uint64_t size = other.disk.bytes(file).size();
      std::string garbage(random.below(3000) + 1, '\0');
      random.fill({reinterpret_cast<unsigned char*>(garbage.data()), garbage.size()});
      const std::uint64_t at = random.below(size);
      other.disk.damage(file, at, std::string_view(garbage).substr(0, size - at));
    }
    const auto repaired = repair_folder(small_options(), other.seams);
    if (!repaired.ok()) continue;  // Nothing says any more whose log it is.
    EXPECT_EQ(repaired->events_gone, 0u);
    EXPECT_EQ(repaired->after.lost_events(/*only_new=*/true), 0u);
    EXPECT_EQ(repaired->after.torn_bytes(), 0u);
  }
}

}  // namespace
}  // namespace tt::tunnel
