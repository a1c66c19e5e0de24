// The file exit on a disk that forgets what was not synced: healing, rotation, full disks.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "net/compress.h"
#include "portals/exit/exit_fixture.h"
#include "portals/exit/file/line_file.h"

namespace tt::portals::exit::file {
namespace {

class LineFileTest : public testing::Test {
 protected:
  LineFileTest() { EXPECT_TRUE(disk_.create_directories("d").ok()); }
  void open(Rotation rotation = {}) {
    file_ = std::make_unique<LineFile>(disk_, clock_, "d/a.log", rotation);
  }
  void put(std::string_view lines) { ASSERT_TRUE(file_->append(lines).ok()); }
  void existing(std::string_view bytes) {
    auto file = disk_.open("d/a.log", Open::kCreate);
    ASSERT_TRUE(file.ok() && (*file)->pwrite(bytes, 0).ok() && (*file)->datasync().ok());
    ASSERT_TRUE(disk_.sync_directory("d").ok());
  }
  std::string bytes(const std::string& suffix = "") const {
    return disk_.bytes("d/a.log" + suffix);
  }

  MemoryDisk disk_;
  ManualClock clock_;
  std::unique_ptr<LineFile> file_;
};

TEST_F(LineFileTest, lines_are_appended_to_what_is_there) {
  existing("one\n");
  open();
  put("two\n");
  put("three\nfour\n");
  EXPECT_EQ(bytes(), "one\ntwo\nthree\nfour\n");
}

TEST_F(LineFileTest, a_torn_last_line_is_cut_at_open) {
  existing("one\ntw");
  open();
  put("two\n");
  EXPECT_EQ(bytes(), "one\ntwo\n");
}

TEST_F(LineFileTest, a_torn_line_longer_than_any_buffer_is_cut_too) {
  existing("one\n" + std::string(300'000, 'x'));
  open();
  put("two\n");
  EXPECT_EQ(bytes(), "one\ntwo\n");
}

TEST_F(LineFileTest, a_file_that_is_one_torn_line_becomes_empty) {
  existing("on");
  open();
  put("one\n");
  EXPECT_EQ(bytes(), "one\n");
}

TEST_F(LineFileTest, synced_lines_survive_a_power_cut) {
  open();
  put("one\n");
  ASSERT_TRUE(file_->sync().ok());
  put("two\n");
  disk_.crash();
  EXPECT_EQ(bytes(), "one\n");
}

TEST_F(LineFileTest, synced_lines_survive_a_power_cut_though_another_process_made_the_file) {
  open();
  put("one\n");
  disk_.kill();  // Before its first sync: the folder does not know the file yet.
  open();
  put("two\n");
  ASSERT_TRUE(file_->sync().ok());
  disk_.crash();
  EXPECT_EQ(bytes(), "one\ntwo\n");
}

TEST_F(LineFileTest, missing_folders_are_made) {
  LineFile file(disk_, clock_, "d/e/f/a.log", {});
  ASSERT_TRUE(file.append("x\n").ok());
  EXPECT_EQ(disk_.bytes("d/e/f/a.log"), "x\n");
}

TEST_F(LineFileTest, a_full_disk_leaves_no_half_line) {
  open();
  put("one\n");
  disk_.set_free_bytes(2);
  const Status full = file_->append("two is too long\n");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::kRetry);
  EXPECT_EQ(bytes(), "one\n");
  disk_.set_free_bytes(1 << 20);
  put("two\n");
  EXPECT_EQ(bytes(), "one\ntwo\n");
}

TEST_F(LineFileTest, a_file_that_was_moved_away_is_made_anew) {
  open();
  put("one\n");
  ASSERT_TRUE(disk_.rename("d/a.log", "d/moved.log").ok());
  put("two\n");
  EXPECT_EQ(bytes(), "two\n");
  EXPECT_EQ(disk_.bytes("d/moved.log"), "one\n");
}

TEST_F(LineFileTest, a_file_that_another_one_has_replaced_gets_nothing_more) {
  open();
  put("one\n");
  ASSERT_TRUE(disk_.rename("d/a.log", "d/moved.log").ok());
  existing("");
  put("two\n");
  EXPECT_EQ(bytes(), "two\n");
  EXPECT_EQ(disk_.bytes("d/moved.log"), "one\n");
}

TEST_F(LineFileTest, rotates_before_the_size_is_passed_and_keeps_the_count) {
  open({.bytes = 10, .keep = 2});
  for (const char* line : {"aaaaaaa\n", "bbbbbbb\n", "ccccccc\n", "ddddddd\n"}) put(line);
  EXPECT_EQ(bytes(), "ddddddd\n");
  EXPECT_EQ(bytes(".1"), "ccccccc\n");
  EXPECT_EQ(bytes(".2"), "bbbbbbb\n");
  EXPECT_FALSE(disk_.exists("d/a.log.3"));
}

TEST_F(LineFileTest, rotation_is_durable_before_new_lines_are) {
  open({.bytes = 10});
  put("aaaaaaa\n");
  put("bbbbbbb\n");
  ASSERT_TRUE(file_->sync().ok());
  disk_.crash();
  EXPECT_EQ(bytes(), "bbbbbbb\n");
  EXPECT_EQ(bytes(".1"), "aaaaaaa\n");
}

TEST_F(LineFileTest, rotates_when_the_clock_passes_the_period) {
  open({.every_ns = 3600 * kNsPerSec});
  put("one\n");
  clock_.advance_ns(3600 * kNsPerSec);
  put("two\n");
  put("three\n");
  EXPECT_EQ(bytes(), "two\nthree\n");
  EXPECT_EQ(bytes(".1"), "one\n");
}

TEST_F(LineFileTest, keeping_none_removes_what_is_full) {
  open({.bytes = 10, .keep = 0});
  put("aaaaaaa\n");
  put("bbbbbbb\n");
  EXPECT_EQ(bytes(), "bbbbbbb\n");
  EXPECT_FALSE(disk_.exists("d/a.log.1"));
}

TEST_F(LineFileTest, rotated_files_are_compressed_and_shifted) {
  const struct {
    Compression form;
    const char *suffix, *coding;
  } rows[] = {{Compression::kGzip, ".gz", "gzip"}, {Compression::kZstd, ".zst", "zstd"}};
  for (const auto& row : rows) {
    open({.bytes = 10, .keep = 3, .compress = row.form});
    put("aaaaaaa\n");
    put("bbbbbbb\n");
    put("ccccccc\n");
    const std::string packed = bytes(std::string(".2") + row.suffix);
    EXPECT_EQ(net::decode_content(row.coding, packed, 100).bytes, "aaaaaaa\n");
    EXPECT_FALSE(disk_.exists("d/a.log.1"));
    ASSERT_TRUE(disk_.remove("d/a.log").ok());
  }
}

TEST_F(LineFileTest, a_power_cut_at_any_point_of_a_rotation_loses_no_synced_line) {
  for (std::uint64_t point = 0; point < 40; ++point) {
    MemoryDisk disk;
    ASSERT_TRUE(disk.create_directories("d").ok());
    LineFile file(disk, clock_, "d/a.log",
                  {.bytes = 10, .keep = 3, .compress = Compression::kGzip});
    ASSERT_TRUE(file.append("aaaaaaa\n").ok());
    ASSERT_TRUE(file.sync().ok());
    disk.stop_after(point);
    if (file.append("bbbbbbb\n").ok()) (void)file.sync().ok();
    disk.crash();
    std::string all = disk.bytes("d/a.log") + disk.bytes("d/a.log.1") +
                      net::decode_content("gzip", disk.bytes("d/a.log.1.gz"), 100).bytes;
    EXPECT_NE(all.find("aaaaaaa\n"), std::string::npos) << "after " << point << " changes";
  }
}

TEST_F(LineFileTest, a_failed_sync_is_reported_and_the_next_append_works) {
  open();
  put("one\n");
  disk_.fail_next(MemoryDisk::Op::kSync, retry("no space"));
  EXPECT_FALSE(file_->sync().ok());
  put("two\n");
  EXPECT_TRUE(file_->sync().ok());
}

TEST_F(LineFileTest, a_sync_that_failed_while_rotating_is_reported_by_the_next_sync) {
  open({.bytes = 10});
  put("1234567\n");
  disk_.fail_next(MemoryDisk::Op::kSync, retry("no space"));
  EXPECT_FALSE(file_->append("abcdefg\n").ok());
  put("abc\n");
  EXPECT_FALSE(file_->sync().ok()) << "the first line may be gone";
  EXPECT_TRUE(file_->sync().ok());
}

TEST(FileExit, writes_in_order_and_syncs_on_demand) {
  test::TestSeams seams;
  const test::Configured configured("file", "path: d/out.ndjson");
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto sender = configured.portal->connect(seams.seams());
  const test::Outgoing events("{\"message\":\"m\",\"timestamp\":\"2026-01-31T12:00:00Z\"}\n");
  const auto request = configured.portal->encode(events.all());
  ASSERT_TRUE(request.ok());
  std::vector<VerdictKind> verdicts;
  sender->send(*request, {}, [&](ExitAnswer answer) {
    verdicts.push_back(configured.portal->judge(answer, 1, test::kNow).front().kind);
  });
  ASSERT_EQ(verdicts, std::vector{VerdictKind::kDelivered});
  bool is_synced = false;
  sender->sync([&](Status status) { is_synced = status.ok(); });
  EXPECT_TRUE(is_synced);
  EXPECT_TRUE(sender->needs_sync());
  const std::string path = configured.portal->target();
  seams.disk.crash();
  EXPECT_NE(seams.disk.bytes("./" + path) + seams.disk.bytes(path), "");
}

TEST(FileExit, what_a_person_must_mend_is_misconfigured) {
  test::TestSeams seams;
  const test::Configured configured("file", "path: /d/out.ndjson");
  ASSERT_TRUE(configured.portal) << configured.problems();
  const auto sender = configured.portal->connect(seams.seams());
  seams.disk.fail_always(MemoryDisk::Op::kOpen, misconfigured("permission denied"));
  ExitRequest request{.body = "x\n"};
  VerdictKind kind{};
  sender->send(request, {}, [&](ExitAnswer answer) {
    kind = configured.portal->judge(answer, 1, test::kNow).front().kind;
  });
  EXPECT_EQ(kind, VerdictKind::kMisconfigured);
}

}  // namespace
}  // namespace tt::portals::exit::file
