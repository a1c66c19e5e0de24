// Watching folders: writes and names are told, and another thread can end a wait.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_watch.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/temporary_folder.h"

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kWatchPatienceMs = 20'000;  // A liveness bound, not a measurement.

class FileWatchTest : public ::testing::Test {
 protected:
  void write(const std::string& name) { std::ofstream(folder_ / name, std::ios::app) << "x\n"; }

  TemporaryFolder folder_;
  FileWatch watch_;
};

TEST_F(FileWatchTest, a_file_that_is_written_is_told_by_its_path) {
  write("a.log");
  ASSERT_TRUE(watch_.add(folder_.path()));
  ASSERT_TRUE(watch_.add(folder_.path()));
  write("a.log");
  const FileWatch::Changes changes = watch_.wait(kWatchPatienceMs);
  EXPECT_THAT(changes.written, ElementsAre(folder_ / "a.log"));
  EXPECT_FALSE(changes.has_moved);
}

TEST_F(FileWatchTest, names_that_come_and_go_are_told) {
  write("a.log");
  ASSERT_TRUE(watch_.add(folder_.path()));
  std::filesystem::rename(folder_ / "a.log", folder_ / "a.log.1");
  EXPECT_TRUE(watch_.wait(kWatchPatienceMs).has_moved);
  std::filesystem::remove(folder_ / "a.log.1");
  EXPECT_TRUE(watch_.wait(kWatchPatienceMs).has_moved);
}

TEST_F(FileWatchTest, a_folder_that_is_made_again_can_be_watched_again) {
  const std::string folder = folder_ / "logs";
  EXPECT_FALSE(watch_.add(folder));
  std::filesystem::create_directory(folder);
  ASSERT_TRUE(watch_.add(folder));
  std::filesystem::remove(folder);
  EXPECT_TRUE(watch_.wait(kWatchPatienceMs).has_moved);
  std::filesystem::create_directory(folder);
  ASSERT_TRUE(watch_.add(folder));
  write("logs/a.log");
  EXPECT_THAT(watch_.wait(kWatchPatienceMs).written, ElementsAre(folder + "/a.log"));
}

TEST_F(FileWatchTest, wake_ends_a_wait_also_one_that_has_not_begun) {
  watch_.wake();
  const FileWatch::Changes changes = watch_.wait(kWatchPatienceMs);
  EXPECT_THAT(changes.written, IsEmpty());
  EXPECT_FALSE(changes.has_moved);
}

TEST_F(FileWatchTest, folders_are_added_while_another_thread_waits) {
  std::atomic<bool> has_seen{false};
  std::thread waits([&] {
    while (!has_seen)
      has_seen = watch_.wait(kWatchPatienceMs).written.contains(folder_ / "9/a.log");
  });
  for (char name = '0'; name <= '9'; ++name) {
    const std::string folder = folder_ / std::string(1, name);
    std::filesystem::create_directory(folder);
    EXPECT_TRUE(watch_.add(folder));
    write(std::string(1, name) + "/a.log");
  }
  waits.join();
}

}  // namespace
}  // namespace tt::net
