// Tests of the contract of Disk, on the kernel's files and in memory alike.
// SPDX-License-Identifier: Apache-2.0
#include "base/disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/memory_disk.h"
#include "base/temporary_folder.h"

namespace tt {
namespace {

class DiskContract : public testing::TestWithParam<bool> {
 protected:
  DiskContract() {
    const Status status = memory_.create_directories(folder_.path());
    EXPECT_TRUE(status.ok());
  }
  Disk& disk() { return GetParam() ? system_disk() : memory_; }
  std::string path(const std::string& name) const { return folder_ / name; }
  std::unique_ptr<File> open(const std::string& name, Open mode = Open::kCreate) {
    auto file = disk().open(path(name), mode);
    EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().text);
    return file.ok() ? *std::move(file) : nullptr;
  }
  Code code_of_open(const std::string& name, Open mode) {
    const auto file = disk().open(path(name), mode);
    EXPECT_FALSE(file.ok());
    return file.ok() ? Code::kStopped : file.error().code;
  }
  std::string read(File& file, std::size_t size, std::uint64_t position) {
    std::string bytes(size, '?');
    const auto got = file.pread(bytes, position);
    EXPECT_TRUE(got.ok());
    bytes.resize(got.ok() ? *got : 0);
    return bytes;
  }

  TemporaryFolder folder_;
  MemoryDisk memory_;
};

INSTANTIATE_TEST_SUITE_P(Both, DiskContract, testing::Bool(),
                         [](const auto& info) { return info.param ? "kernel" : "memory"; });

TEST_P(DiskContract, a_file_knows_whether_its_name_is_another_ones) {
  auto file = open("a");
  EXPECT_TRUE(file->is_at(path("a")));
  ASSERT_TRUE(disk().rename(path("a"), path("b")).ok());
  EXPECT_FALSE(file->is_at(path("a")));
  EXPECT_TRUE(file->is_at(path("b")));
  const auto other = open("a");
  EXPECT_FALSE(file->is_at(path("a")));
  EXPECT_TRUE(other->is_at(path("a")));
}

TEST_P(DiskContract, reads_back_what_was_written_at_any_position) {
  auto file = open("a");
  ASSERT_TRUE(file->pwrite("hello", 3).ok());
  EXPECT_EQ(read(*file, 100, 0), (std::string{"\0\0\0hello", 8}));
  EXPECT_EQ(read(*file, 2, 4), "el");
  EXPECT_EQ(read(*file, 2, 8), "");
  EXPECT_EQ(*file->size(), 8u);
}

TEST_P(DiskContract, writes_more_parts_than_one_system_call_takes) {
  auto file = open("a");
  const std::string word = "abc";
  const std::vector<iovec> parts(IOV_MAX + 7, iovec{const_cast<char*>(word.data()), word.size()});
  ASSERT_TRUE(file->pwritev(parts, 1).ok());
  EXPECT_EQ(*file->size(), 1 + parts.size() * 3);
  EXPECT_EQ(read(*file, 4, 1 + (parts.size() - 1) * 3), "abc");
}

TEST_P(DiskContract, empty_parts_write_nothing) {
  auto file = open("a");
  const std::array<iovec, 2> parts{};
  EXPECT_TRUE(file->pwritev(parts, 5).ok());
  EXPECT_TRUE(file->pwritev({}, 5).ok());
  EXPECT_EQ(*file->size(), 0u);
}

TEST_P(DiskContract, allocates_zeros_and_truncates) {
  auto file = open("a");
  ASSERT_TRUE(file->pwrite("xy", 0).ok());
  ASSERT_TRUE(file->allocate(6).ok());
  EXPECT_EQ(read(*file, 10, 0), (std::string{"xy\0\0\0\0", 6}));
  ASSERT_TRUE(file->allocate(2).ok());
  EXPECT_EQ(*file->size(), 6u);
  ASSERT_TRUE(file->truncate(1).ok());
  EXPECT_EQ(read(*file, 10, 0), "x");
  ASSERT_TRUE(file->datasync().ok());
}

TEST_P(DiskContract, a_writeback_that_was_begun_changes_nothing_that_is_read_or_written) {
  auto file = open("a");
  ASSERT_TRUE(file->pwrite("hello", 0).ok());
  file->begin_writeback(0, 5);
  file->begin_writeback(3, 1'000'000);  // Beyond the end as well: a hint never fails.
  ASSERT_TRUE(file->pwrite("y", 4).ok());
  EXPECT_TRUE(file->datasync().ok());
  EXPECT_EQ(read(*file, 100, 0), "helly");
  EXPECT_EQ(*file->size(), 5u);
}

TEST_P(DiskContract, modes_say_what_must_exist) {
  EXPECT_EQ(code_of_open("a", Open::kRead), Code::kMisconfigured);
  EXPECT_EQ(code_of_open("a", Open::kReadWrite), Code::kMisconfigured);
  EXPECT_EQ(code_of_open("no/such/folder", Open::kCreate), Code::kMisconfigured);
  open("a", Open::kCreateNew);
  EXPECT_EQ(code_of_open("a", Open::kCreateNew), Code::kReject);
  EXPECT_FALSE(open("a", Open::kRead)->pwrite("x", 0).ok());
}

TEST_P(DiskContract, a_lock_has_one_holder_at_a_time) {
  auto first = open("lock");
  auto second = open("lock");
  ASSERT_TRUE(first->lock().ok());
  EXPECT_TRUE(first->lock().ok());
  EXPECT_EQ(second->lock().error().code, Code::kStopped);
  first.reset();
  EXPECT_TRUE(second->lock().ok());
}

TEST_P(DiskContract, creates_folders_with_their_parents) {
  ASSERT_TRUE(disk().create_directories(path("x/y/z")).ok());
  ASSERT_TRUE(disk().create_directories(path("x/y/z/")).ok());
  open("x/y/z/file");
  EXPECT_TRUE(disk().exists(path("x/y")));
  EXPECT_FALSE(disk().create_directories(path("x/y/z/file")).ok());
}

TEST_P(DiskContract, lists_names_in_order) {
  open("b");
  open("a");
  ASSERT_TRUE(disk().create_directories(path("c/d")).ok());
  const auto entries = disk().list(folder_.path());
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_FALSE((*entries)[0].is_directory);
  EXPECT_EQ((*entries)[2].name, "c");
  EXPECT_TRUE((*entries)[2].is_directory);
  EXPECT_EQ(disk().list(path("nowhere")).error().code, Code::kMisconfigured);
}

TEST_P(DiskContract, rename_replaces_and_open_files_stay_usable) {
  auto old = open("old");
  ASSERT_TRUE(old->pwrite("old", 0).ok());
  ASSERT_TRUE(open("new")->pwrite("new", 0).ok());
  ASSERT_TRUE(disk().rename(path("new"), path("old")).ok());
  EXPECT_FALSE(disk().exists(path("new")));
  EXPECT_EQ(read(*old, 9, 0), "old");
  EXPECT_EQ(*read_file(disk(), path("old")), "new");
  EXPECT_FALSE(disk().rename(path("new"), path("old")).ok());
  EXPECT_TRUE(disk().sync_directory(folder_.path()).ok());
}

TEST_P(DiskContract, renames_a_folder_with_what_is_in_it) {
  ASSERT_TRUE(disk().create_directories(path("x/y")).ok());
  ASSERT_TRUE(write_file(disk(), path("x/y/a"), "1").ok());
  ASSERT_TRUE(disk().rename(path("x"), path("z")).ok());
  EXPECT_FALSE(disk().exists(path("x")));
  EXPECT_EQ(*read_file(disk(), path("z/y/a")), "1");
}

TEST_P(DiskContract, removes_files_and_empty_folders) {
  ASSERT_TRUE(disk().create_directories(path("x")).ok());
  open("x/a");
  EXPECT_FALSE(disk().remove(path("x")).ok());
  EXPECT_TRUE(disk().remove(path("x/a")).ok());
  EXPECT_TRUE(disk().remove(path("x")).ok());
  EXPECT_FALSE(disk().remove(path("x")).ok());
}

TEST_P(DiskContract, tells_the_space_left) {
  const auto space = disk().space(folder_.path());
  ASSERT_TRUE(space.ok());
  EXPECT_GT(space->free_bytes, 0u);
  EXPECT_GE(space->total_bytes, space->free_bytes);
}

TEST_P(DiskContract, whole_files_are_replaced_and_read_with_a_limit) {
  ASSERT_TRUE(write_file(disk(), path("f"), std::string(300'000, 'a')).ok());
  ASSERT_TRUE(write_file(disk(), path("f"), "short").ok());
  EXPECT_EQ(*read_file(disk(), path("f")), "short");
  EXPECT_EQ(*read_file(disk(), path("f"), 5), "short");
  EXPECT_EQ(read_file(disk(), path("f"), 4).error().code, Code::kReject);
  EXPECT_EQ(disk().list(folder_.path())->size(), 1u);
  ASSERT_TRUE(write_file(disk(), path("f"), std::string(300'000, 'b')).ok());
  EXPECT_EQ(read_file(disk(), path("f"))->size(), 300'000u);
}

TEST(PosixDisk, reads_files_that_do_not_know_their_size) {
  const auto text = read_file(system_disk(), "/proc/self/status");
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("Name:"), std::string::npos);
}

TEST(PosixDisk, files_and_folders_are_private) {
  const TemporaryFolder folder;
  ASSERT_TRUE(system_disk().create_directories(folder / "d").ok());
  ASSERT_TRUE(write_file(system_disk(), folder / "d/f", "x").ok());
  struct stat about {};
  ASSERT_EQ(::stat((folder / "d").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((folder / "d/f").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST(PosixDisk, a_full_disk_asks_to_try_again) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  auto file = system_disk().open("/dev/full", Open::kReadWrite);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->pwrite("x", 0).error().code, Code::kRetry);
}

}  // namespace
}  // namespace tt
