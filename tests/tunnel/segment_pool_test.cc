// What may be taken for a spare at a start, and what must not: bytes of the log.
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

class FoundSpare : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(disk_.create_directories("/log").ok()); }
  void put(const std::string& path, std::string bytes) {
    bytes.resize(kSegmentBytes, '\0');
    auto file = disk_.open(path, Open::kCreate);
    ASSERT_TRUE(file.ok() && (*file)->pwrite(bytes, 0).ok());
  }
  std::string header(Seq base) const {
    return encode_segment_header({.identity = identity_, .base_seq = base});
  }
  /// What a start takes of the files there; what it does not take loses its name.
  std::size_t adopted() {
    SegmentPool pool(disk_, system_spawner(), "/log", kSegmentBytes);
    EXPECT_TRUE(pool.adopt().ok());
    const std::size_t count = pool.spare_bytes() / kSegmentBytes;
    EXPECT_EQ(disk_.exists("/log/spare.7"), count > 0);
    return count;
  }

  MemoryDisk disk_;
  SeededRandom random_{1};
  const LogIdentity identity_ = LogIdentity::make(random_, 0);
};

TEST_F(FoundSpare, of_zeros_is_taken) {
  put("/log/spare.7", "");
  EXPECT_EQ(adopted(), 1u);
}

TEST_F(FoundSpare, that_was_a_segment_is_taken_when_the_log_has_it_no_more) {
  put("/log/spare.7", header(5));
  EXPECT_EQ(adopted(), 1u);
}

TEST_F(FoundSpare, that_is_a_segment_of_the_log_is_not_taken_and_the_segment_stays) {
  const std::string path = "/log/" + segment_name(5);
  put("/log/spare.7", header(5));
  put(path, header(5));
  EXPECT_EQ(adopted(), 0u);
  EXPECT_TRUE(disk_.exists(path));
}

TEST_F(FoundSpare, with_a_damaged_header_is_not_taken) {
  put("/log/spare.7", header(5));
  disk_.flip_bit("/log/spare.7", 8 * 40);
  EXPECT_EQ(adopted(), 0u);
}

TEST_F(FoundSpare, that_cannot_be_read_or_opened_is_not_taken) {
  put("/log/spare.7", "");
  disk_.make_unreadable("/log/spare.7", 0, 1);
  EXPECT_EQ(adopted(), 0u);
  put("/log/spare.7", "");
  disk_.fail_next(MemoryDisk::Op::kOpen, retry("EMFILE"));
  EXPECT_EQ(adopted(), 0u);
}

}  // namespace
}  // namespace tt::tunnel
