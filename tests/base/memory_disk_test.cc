// Tests of what MemoryDisk adds to a disk: crashes, full disks and planned failures.
// SPDX-License-Identifier: Apache-2.0
#include "base/memory_disk.h"

#include <gtest/gtest.h>

#include <string>

namespace tt {
namespace {

using Op = MemoryDisk::Op;

class MemoryDiskTest : public testing::Test {
 protected:
  MemoryDiskTest() { EXPECT_TRUE(disk_.create_directories("/d").ok()); }
  std::unique_ptr<File> create(const std::string& path, std::string_view bytes) {
    auto file = disk_.open(path, Open::kCreate);
    EXPECT_TRUE(file.ok() && (*file)->pwrite(bytes, 0).ok());
    return *std::move(file);
  }
  std::unique_ptr<File> create_durable(const std::string& path, std::string_view bytes) {
    auto file = create(path, bytes);
    EXPECT_TRUE(file->datasync().ok() && disk_.sync_directory("/d").ok());
    return file;
  }

  MemoryDisk disk_;
};

TEST_F(MemoryDiskTest, a_crash_keeps_synced_bytes_and_loses_the_others) {
  auto file = create_durable("/d/a", "kept");
  ASSERT_TRUE(file->pwrite("lost", 2).ok());
  EXPECT_EQ(disk_.bytes("/d/a"), "kelost");
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "kept");
}

TEST_F(MemoryDiskTest, a_crash_loses_names_whose_folder_was_not_synced) {
  auto file = create("/d/a", "x");
  ASSERT_TRUE(file->datasync().ok());
  disk_.crash();
  EXPECT_FALSE(disk_.exists("/d/a"));
  EXPECT_TRUE(disk_.exists("/d"));
}

TEST_F(MemoryDiskTest, a_crash_undoes_renames_and_removals_that_were_not_synced) {
  create_durable("/d/a", "a");
  create_durable("/d/b", "b");
  ASSERT_TRUE(disk_.rename("/d/a", "/d/c").ok());
  ASSERT_TRUE(disk_.remove("/d/b").ok());
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "a");
  EXPECT_EQ(disk_.bytes("/d/b"), "b");
  EXPECT_FALSE(disk_.exists("/d/c"));
}

TEST_F(MemoryDiskTest, a_crash_undoes_the_renaming_of_a_folder_that_was_not_synced) {
  create_durable("/d/a", "a");
  ASSERT_TRUE(disk_.rename("/d", "/e").ok());
  EXPECT_EQ(disk_.bytes("/e/a"), "a");
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "a");
  EXPECT_FALSE(disk_.exists("/e"));
  ASSERT_TRUE(disk_.rename("/d", "/e").ok() && disk_.sync_directory("/").ok());
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/e/a"), "a");
  EXPECT_FALSE(disk_.exists("/d"));
}

TEST_F(MemoryDiskTest, a_truncation_is_durable_after_a_sync_only) {
  auto file = create_durable("/d/a", "abcdef");
  ASSERT_TRUE(file->truncate(2).ok());
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "abcdef");
  file = *disk_.open("/d/a", Open::kReadWrite);
  ASSERT_TRUE(file->truncate(2).ok() && file->allocate(4).ok() && file->datasync().ok());
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), (std::string{"ab\0\0", 4}));
}

TEST_F(MemoryDiskTest, a_kill_loses_nothing_but_handles_and_locks) {
  auto file = create("/d/a", "x");
  ASSERT_TRUE(file->lock().ok());
  disk_.kill();
  EXPECT_EQ(disk_.bytes("/d/a"), "x");
  EXPECT_EQ(file->pwrite("y", 0).error().code, Code::kStopped);
  EXPECT_TRUE((*disk_.open("/d/a", Open::kReadWrite))->lock().ok());
}

TEST_F(MemoryDiskTest, a_failed_sync_never_makes_its_bytes_durable) {
  auto file = create_durable("/d/a", "old");
  ASSERT_TRUE(file->pwrite("new", 0).ok());
  disk_.fail_next(Op::kSync, reject("broken"));
  EXPECT_FALSE(file->datasync().ok());
  EXPECT_TRUE(file->datasync().ok());
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "old");
}

TEST_F(MemoryDiskTest, chance_tears_unsynced_writes_at_sectors) {
  int torn = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    MemoryDisk disk;
    auto file = *disk.open("/a", Open::kCreate);
    ASSERT_TRUE(file->pwrite(std::string(4096, 'o'), 0).ok() && file->datasync().ok());
    ASSERT_TRUE(disk.sync_directory("/").ok());
    ASSERT_TRUE(file->pwrite(std::string(4096, 'n'), 0).ok());
    SeededRandom chance(seed);
    disk.crash(&chance);
    const std::string bytes = disk.bytes("/a");
    ASSERT_EQ(bytes.size(), 4096u);
    for (std::size_t at = 0; at < bytes.size(); at += 512) {
      ASSERT_EQ(bytes.substr(at, 512), std::string(512, bytes[at]));
    }
    torn += bytes.find('o') != std::string::npos && bytes.find('n') != std::string::npos;
  }
  EXPECT_GT(torn, 25);
}

TEST_F(MemoryDiskTest, a_full_disk_takes_what_fits_and_asks_to_try_again) {
  auto file = create("/d/a", "ab");
  disk_.set_free_bytes(3);
  EXPECT_EQ(file->pwrite("cdefg", 2).error().code, Code::kRetry);
  EXPECT_EQ(disk_.bytes("/d/a"), "abcde");
  EXPECT_EQ(file->allocate(100).error().code, Code::kRetry);
  EXPECT_EQ(disk_.space("/d")->free_bytes, 0u);
  EXPECT_TRUE(file->pwrite("xxxxx", 0).ok());  // Writing over old bytes needs no space.
}

TEST_F(MemoryDiskTest, space_comes_back) {
  disk_.set_free_bytes(10);
  auto file = create("/d/a", "0123456789");
  EXPECT_EQ(disk_.space("/d")->free_bytes, 0u);
  ASSERT_TRUE(file->truncate(6).ok());
  EXPECT_EQ(disk_.space("/d")->free_bytes, 4u);
  ASSERT_TRUE(disk_.remove("/d/a").ok());
  EXPECT_EQ(disk_.space("/d")->free_bytes, 4u);  // Still open.
  file.reset();
  EXPECT_EQ(disk_.space("/d")->free_bytes, 10u);
}

TEST_F(MemoryDiskTest, plans_fail_the_nth_call_once) {
  auto file = create("/d/a", "");
  disk_.fail_next(Op::kWrite, corrupt("planned"), 2);
  EXPECT_TRUE(file->pwrite("1", 0).ok());
  EXPECT_TRUE(file->pwrite("2", 0).ok());
  EXPECT_EQ(file->pwrite("3", 0).error().code, Code::kCorrupt);
  EXPECT_TRUE(file->pwrite("4", 0).ok());
  EXPECT_EQ(disk_.count(Op::kWrite), 5u);
}

TEST_F(MemoryDiskTest, lasting_failures_end_by_healing) {
  auto file = create("/d/a", "");
  disk_.fail_always(Op::kSync, reject("broken"));
  EXPECT_FALSE(file->datasync().ok());
  EXPECT_FALSE(file->datasync().ok());
  disk_.heal();
  EXPECT_TRUE(file->datasync().ok());
}

TEST_F(MemoryDiskTest, a_stop_lets_that_many_changes_through) {
  auto file = create("/d/a", "");
  disk_.stop_after(1);
  EXPECT_TRUE(file->pwrite("1", 0).ok());
  EXPECT_EQ(file->pwrite("2", 0).error().code, Code::kStopped);
  EXPECT_EQ(file->datasync().error().code, Code::kStopped);
  EXPECT_EQ(disk_.open("/d/b", Open::kCreate).error().code, Code::kStopped);
  EXPECT_EQ(disk_.bytes("/d/a"), "1");
}

// write_file() at every point where the power can go off: the old content or the new, never else.
TEST_F(MemoryDiskTest, replacing_a_file_is_atomic_at_every_crash_point) {
  bool is_done = false;
  for (std::uint64_t point = 0; !is_done; ++point) {
    ASSERT_LT(point, 20u);
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      MemoryDisk disk;
      ASSERT_TRUE(write_file(disk, "/f", "old content").ok());
      disk.stop_after(point);
      is_done = write_file(disk, "/f", "new").ok();
      SeededRandom chance(seed);
      disk.crash(seed ? &chance : nullptr);
      const std::string found = disk.bytes("/f");
      if (is_done) {
        EXPECT_EQ(found, "new") << point;
      } else {
        EXPECT_TRUE(found == "old content" || found == "new") << point << ": " << found;
      }
    }
  }
}

TEST_F(MemoryDiskTest, damage_survives_a_crash) {
  create_durable("/d/a", "abc");
  disk_.flip_bit("/d/a", 8);
  EXPECT_EQ(disk_.bytes("/d/a"), "acc");
  disk_.damage("/d/a", 2, "XYZ");
  disk_.crash();
  EXPECT_EQ(disk_.bytes("/d/a"), "acX");
}

}  // namespace
}  // namespace tt
