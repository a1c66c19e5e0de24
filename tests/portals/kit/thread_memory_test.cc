// What is remembered of threads, how long, and what a broken file costs.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/thread_memory.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"

namespace tt::portals {
namespace {

constexpr WallNs kBegin = 1'767'225'600 * kNsPerSec;
constexpr std::int64_t kDayNs = 24 * 3600 * kNsPerSec;
constexpr const char* kPath = "data/threads/chat.json";

struct ThreadMemoryTest : testing::Test {
  ManualClock clock{kBegin};
  MemoryDisk disk;
  ThreadMemory memory() { return {disk, clock, kPath}; }
};

TEST_F(ThreadMemoryTest, a_thread_is_known_until_it_is_forgotten_and_after_a_restart) {
  {
    ThreadMemory first = memory();
    EXPECT_EQ(first.find("ops\nk"), "");
    first.remember("ops\nk", "1.2");
    first.remember("dev\nk", "3.4");
    EXPECT_EQ(first.find("ops\nk"), "1.2");
  }
  ThreadMemory second = memory();
  EXPECT_EQ(second.find("ops\nk"), "1.2");
  EXPECT_EQ(second.find("dev\nk"), "3.4");
  second.forget("ops\nk");
  second.forget("never heard of");
  EXPECT_EQ(second.find("ops\nk"), "");
  EXPECT_EQ(memory().find("ops\nk"), "");
  EXPECT_EQ(memory().find("dev\nk"), "3.4");
}

TEST_F(ThreadMemoryTest, seven_days_are_the_end_of_a_thread) {
  ThreadMemory one = memory();
  one.remember("k", "1.2");
  clock.advance_ns(7 * kDayNs - 1);
  EXPECT_EQ(one.find("k"), "1.2");
  clock.advance_ns(1);
  EXPECT_EQ(one.find("k"), "");
  one.remember("other", "3.4");
  EXPECT_EQ(read_file(disk, kPath)->find("1.2"), std::string::npos);
}

TEST_F(ThreadMemoryTest, a_thousand_threads_are_kept_the_newest) {
  ThreadMemory one = memory();
  for (int i = 0; i < 1010; ++i) {
    one.remember("k" + std::to_string(i), std::to_string(i));
    clock.advance_ns(kNsPerSec);
  }
  EXPECT_EQ(one.find("k9"), "");
  EXPECT_EQ(one.find("k10"), "10");
  EXPECT_EQ(memory().find("k1009"), "1009");
}

TEST_F(ThreadMemoryTest, the_file_holds_nothing_of_the_events) {
  memory().remember("ops\nsecret-host/disk", "1.2");
  const auto text = read_file(disk, kPath);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->find("secret-host"), std::string::npos) << *text;
}

TEST_F(ThreadMemoryTest, a_broken_file_costs_the_threads_and_nothing_else) {
  ASSERT_TRUE(disk.create_directories("data/threads").ok());
  for (const char* text : {"", "{", "[]", "{\"threads\":{}}", "{\"threads\":[1,{},{\"key\":2}]}"}) {
    ASSERT_TRUE(write_file(disk, kPath, text).ok());
    ThreadMemory one = memory();
    EXPECT_EQ(one.find("k"), "") << text;
    one.remember("k", "1.2");
    EXPECT_EQ(memory().find("k"), "1.2") << text;
  }
}

TEST_F(ThreadMemoryTest, without_a_path_nothing_is_written) {
  ThreadMemory one(disk, clock, "");
  one.remember("k", "1.2");
  EXPECT_EQ(one.find("k"), "1.2");
  EXPECT_FALSE(disk.exists("data"));
}

}  // namespace
}  // namespace tt::portals
