// Who holds the lock of a data directory, and until when.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/data_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "base/temporary_folder.h"

namespace tt::tunnel {
namespace {

/// A program that lives until this ends.
class Child {
 public:
  Child() {
    if (::pipe2(ends_, O_CLOEXEC) < 0) return;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends_[0], 0);
    char name[] = "cat";
    char* arguments[] = {name, nullptr};
    has_started_ = ::posix_spawnp(&pid_, name, &actions, nullptr, arguments, environ) == 0;
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~Child() {
    ::close(ends_[0]);
    ::close(ends_[1]);
    if (has_started_) ::waitpid(pid_, nullptr, 0);
  }
  bool has_started() const { return has_started_; }

 private:
  int ends_[2] = {-1, -1};
  pid_t pid_ = 0;
  bool has_started_ = false;
};

TEST(DataLock, is_held_by_one_at_a_time) {
  const TemporaryFolder folder;
  auto first = DataLock::take(system_disk(), folder.path());
  ASSERT_TRUE(first.ok());
  const auto second = DataLock::take(system_disk(), folder.path());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kStopped);
  EXPECT_NE(second.error().text.find(std::to_string(::getpid())), std::string::npos);
}

TEST(DataLock, is_not_kept_by_a_child_process) {
  const TemporaryFolder folder;
  std::optional<DataLock> lock;
  auto taken = DataLock::take(system_disk(), folder.path());
  ASSERT_TRUE(taken.ok());
  lock.emplace(*std::move(taken));
  const Child child;
  ASSERT_TRUE(child.has_started());
  lock.reset();
  EXPECT_TRUE(DataLock::take(system_disk(), folder.path()).ok());
}

}  // namespace
}  // namespace tt::tunnel
