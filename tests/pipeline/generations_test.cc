// Generations: numbers that go on over restarts, and a bounded history.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/generations.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

TEST(Generations, the_same_text_keeps_its_number_and_another_gets_the_next) {
  MemoryDisk disk;
  Generations first(disk, "data/rules");
  EXPECT_EQ(*first.keep("a", 0), 1u);
  EXPECT_EQ(*first.keep("a", 0), 1u);
  EXPECT_EQ(*first.keep("b", 0), 2u);
  Generations after_a_restart(disk, "data/rules");
  EXPECT_EQ(*after_a_restart.keep("b", 0), 2u);
  EXPECT_EQ(*after_a_restart.keep("a", 0), 3u);
  EXPECT_EQ(*after_a_restart.find(2), "b");
}

TEST(Generations, one_that_did_not_come_in_force_is_taken_back) {
  MemoryDisk disk;
  Generations generations(disk, "data/rules");
  ASSERT_TRUE(generations.keep("a", 0).ok() && generations.keep("b", 0).ok());
  EXPECT_TRUE(generations.drop(2).ok());
  EXPECT_EQ(*generations.newest(), 1u);
  EXPECT_EQ(*generations.keep("c", 0), 2u);
}

TEST(Generations, the_newest_is_found_without_changing_anything) {
  MemoryDisk disk;
  Generations generations(disk, "data/rules");
  EXPECT_FALSE(generations.newest().ok());
  ASSERT_TRUE(generations.keep("a", 0).ok() && generations.keep("b", 0).ok());
  disk.fail_always(MemoryDisk::Op::kWrite, retry("written to"));
  EXPECT_EQ(*Generations(disk, "data/rules").newest(), 2u);
}

TEST(Generations, the_newest_at_a_time_is_the_one_that_came_last_before_it) {
  MemoryDisk disk;
  Generations generations(disk, "data/rules");
  ASSERT_TRUE(generations.keep("a", 10 * kNsPerSec).ok());
  ASSERT_TRUE(generations.keep("b", 20 * kNsPerSec).ok());
  ASSERT_TRUE(generations.keep("b", 30 * kNsPerSec).ok());
  EXPECT_FALSE(generations.newest_at(9 * kNsPerSec).ok());
  EXPECT_EQ(*generations.newest_at(10 * kNsPerSec), 1u);
  EXPECT_EQ(*generations.newest_at(19 * kNsPerSec), 1u);
  EXPECT_EQ(*generations.newest_at(40 * kNsPerSec), 2u);
}

TEST(Generations, a_file_of_before_the_time_was_written_still_has_its_text) {
  MemoryDisk disk;
  ASSERT_TRUE(disk.create_directories("data/rules").ok());
  ASSERT_TRUE(write_file(disk, "data/rules/0000000001.yaml", "rules: []").ok());
  Generations generations(disk, "data/rules");
  EXPECT_EQ(*generations.find(1), "rules: []");
  EXPECT_EQ(*generations.keep("rules: []", kNsPerSec), 1u);
  EXPECT_FALSE(generations.newest_at(kNsPerSec).ok());
}

TEST(Generations, a_kept_text_survives_a_power_cut) {
  MemoryDisk disk;
  ASSERT_TRUE(Generations(disk, "data/rules").keep("rules: []", 0).ok());
  disk.crash();
  EXPECT_EQ(*Generations(disk, "data/rules").find(1), "rules: []");
}

TEST(Generations, the_oldest_go_when_there_are_too_many) {
  MemoryDisk disk;
  Generations generations(disk, "data/rules");
  for (std::size_t i = 1; i <= kGenerationsKept + 5; ++i)
    ASSERT_EQ(*generations.keep("text " + std::to_string(i), 0), i);
  EXPECT_EQ(disk.list("data/rules")->size(), kGenerationsKept);
  EXPECT_FALSE(generations.find(1).ok());
  EXPECT_EQ(*generations.find(kGenerationsKept + 5),
            "text " + std::to_string(kGenerationsKept + 5));
}

}  // namespace
}  // namespace tt::pipeline
