// A program that starts, one that cannot, and what it gets of ours.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_start.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace tt::net {
namespace {

/// What it says until it ends.
std::string output_of(const StartedChild& child) {
  std::string all;
  std::array<char, 256> bytes;
  for (pollfd ready{child.output, POLLIN, 0}; ::poll(&ready, 1, 10'000) == 1;) {
    const ssize_t n = ::read(child.output, bytes.data(), bytes.size());
    if (n <= 0) break;
    all.append(bytes.data(), static_cast<std::size_t>(n));
  }
  for (const int fd : {child.input, child.output, child.log, child.process}) ::close(fd);
  ::waitpid(child.pid, nullptr, 0);
  return all;
}

TEST(ChildStart, a_program_has_its_folder_its_variables_and_no_descriptors_of_ours) {
  ::setenv("TT_CHILD_START", "given", 1);
  ::setenv("TT_CHILD_START_OTHER", "kept", 1);
  std::array<int, 2> ours;
  ASSERT_EQ(::pipe(ours.data()), 0);  // Not closed by exec.
  const auto child = start_child(
      {.argv = {"/bin/sh", "-c",
                "pwd; echo $TT_CHILD_START $TT_CHILD_START_OTHER; for fd in 0 1 2 3 4 5 6 7 8 9; "
                "do [ -e /proc/$$/fd/$fd ] && echo $fd; done"},
       .env_names = {"TT_CHILD_START"},
       .folder = "/tmp"});
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(output_of(*child), "/tmp\ngiven\n0\n1\n2\n");
  for (const int fd : ours) ::close(fd);
}

TEST(ChildStart, what_cannot_be_started_is_named) {
  const auto child = start_child({.argv = {"/nowhere/program"}});
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().code, Code::kMisconfigured);
  EXPECT_THAT(child.error().text, ::testing::HasSubstr("/nowhere/program"));
}

}  // namespace
}  // namespace tt::net
