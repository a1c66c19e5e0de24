// The log beside the tunnel: what its numbers may do.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/side_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/memory_disk.h"
#include "base/random.h"

namespace tt::tunnel {
namespace {

TEST(SideLog, numbers_that_jump_are_no_damage_and_a_flipped_bit_is) {
  MemoryDisk disk;
  ManualClock clock;
  SeededRandom random(3);
  const LogIdentity identity = LogIdentity::make(random, 0);
  const SideLog::Options options{.folder = "/side/attempts", .kind = "attempts"};
  {
    SideLog log(disk, clock, identity, options);
    ASSERT_TRUE(log.open({}).ok());
    for (const std::uint64_t seq : {1, 5, 5, 900})
      ASSERT_TRUE(log.append(RecordType::kAttempt, seq, "an attempt").ok());
    ASSERT_TRUE(log.sync().ok());
  }
  std::vector<std::uint64_t> seqs;
  const auto visit = [&](const Record& record, const SharedSegment&) {
    seqs.push_back(record.frame.seq);
  };
  {
    SideLog again(disk, clock, identity, options);
    ASSERT_TRUE(again.open(visit).ok());
    EXPECT_EQ(seqs, (std::vector<std::uint64_t>{1, 5, 5, 900}));
    EXPECT_EQ(again.damaged(), 0u);
  }
  disk.flip_bit("/side/attempts/" + segment_name(1), (kRecordsBegin + kFrameBytes + 2) * 8);
  seqs.clear();
  SideLog damaged(disk, clock, identity, options);
  ASSERT_TRUE(damaged.open(visit).ok());
  EXPECT_EQ(seqs, (std::vector<std::uint64_t>{5, 5, 900}));
  EXPECT_EQ(damaged.damaged(), 1u);
}

}  // namespace
}  // namespace tt::tunnel
