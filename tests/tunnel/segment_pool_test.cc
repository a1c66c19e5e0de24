// A spare that is part of the log already is no spare.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/segment_pool.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/memory_disk.h"
#include "base/random.h"
#include "base/spawner.h"

namespace tt::tunnel {
namespace {

constexpr std::uint64_t kSegmentBytes = 16u << 10;

/// Answers 1 once, then 0: of two folder entries that a crash may keep or not, in order of their
/// names, the new one becomes durable and the removal of the old one does not.
class FirstOnly final : public Random {
 public:
  std::uint64_t next() override { return std::exchange(next_, 0); }

 private:
  std::uint64_t next_ = 1;
};

TEST(SegmentPool, does_not_take_a_segment_of_the_log_for_a_spare_when_a_crash_left_both_names) {
  MemoryDisk disk;
  SeededRandom random(1);
  const LogIdentity identity = LogIdentity::make(random, 0);
  ASSERT_TRUE(disk.create_directories("/log").ok());
  const auto header = [&](Seq base) {
    return SegmentHeader{.identity = identity, .base_seq = base};
  };
  const std::string path = "/log/" + segment_name(1);
  {
    SegmentPool pool(disk, system_spawner(), "/log", kSegmentBytes);
    pool.make_spare();
    ASSERT_TRUE(disk.sync_directory("/log").ok());
    // The power goes between the rename and the sync of the folder.
    disk.fail_next(MemoryDisk::Op::kSyncDirectory, stopped());
    ASSERT_FALSE(pool.create(header(1)).ok());
  }
  FirstOnly chance;
  disk.crash(&chance);
  ASSERT_TRUE(disk.exists(path));
  ASSERT_TRUE(disk.exists("/log/spare.1"));
  const std::string before = disk.bytes(path);

  SegmentPool pool(disk, system_spawner(), "/log", kSegmentBytes);
  ASSERT_TRUE(pool.adopt().ok());
  EXPECT_EQ(pool.spare_bytes(), 0u);
  ASSERT_TRUE(pool.create(header(2)).ok());
  EXPECT_EQ(disk.bytes(path), before) << "the next segment was written over this one";
}

}  // namespace
}  // namespace tt::tunnel
