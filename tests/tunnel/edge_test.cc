// What stays in memory of the newest groups: what readers at the edge need, and a little more.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/edge.h"

#include <gtest/gtest.h>

namespace tt::tunnel {
namespace {

constexpr std::size_t kBytesMax = 1000, kBytesKept = 250, kBatchBytes = 100;

/// Ten numbers and a hundred bytes.
class TenEvents final : public StoredBatch {
 public:
  explicit TenEvents(Seq from) {
    first = from;
    next = from + 10;
    memory_bytes = kBatchBytes;
  }
};

class EdgeTest : public testing::Test {
 protected:
  EdgeTest() { edge_.begin_at(1); }
  void push(int batches) {
    for (; batches > 0; --batches, next_ += 10) edge_.push(std::make_shared<TenEvents>(next_));
  }
  bool has(Seq seq) const { return edge_.find(seq) != nullptr; }

  Edge edge_{kBytesMax, kBytesKept, 1};
  Seq next_ = 1;
};

TEST_F(EdgeTest, without_readers_only_what_latecomers_may_want_is_kept) {
  push(8);
  EXPECT_EQ(edge_.bytes(), 2 * kBatchBytes);
  EXPECT_EQ(edge_.first(), next_ - 20);
  EXPECT_FALSE(has(next_ - 21));
  EXPECT_TRUE(has(next_ - 20));
  EXPECT_TRUE(has(next_ - 1));
  EXPECT_FALSE(has(next_));
}

TEST_F(EdgeTest, the_slowest_reader_at_the_edge_keeps_what_it_has_not_read) {
  ReadingPlace quick{1}, slow{1};
  edge_.add_reader(quick);
  edge_.add_reader(slow);
  push(6);
  EXPECT_TRUE(has(1));
  quick.seq = next_;
  slow.seq = 25;  // In the middle of the third batch.
  push(1);
  EXPECT_FALSE(has(20));
  EXPECT_TRUE(has(21));
  EXPECT_TRUE(has(25));
}

TEST_F(EdgeTest, what_was_kept_for_a_reader_goes_as_it_moves_on) {
  ReadingPlace place{1};
  edge_.add_reader(place);
  push(8);
  EXPECT_EQ(edge_.bytes(), 8 * kBatchBytes);
  place.seq = next_;
  push(1);
  EXPECT_EQ(edge_.bytes(), 2 * kBatchBytes);
  EXPECT_EQ(edge_.first(), next_ - 20);
}

TEST_F(EdgeTest, a_reader_that_went_away_keeps_nothing) {
  ReadingPlace place{1};
  edge_.add_reader(place);
  push(8);
  edge_.remove_reader(place);
  push(1);
  EXPECT_EQ(edge_.bytes(), 2 * kBatchBytes);
}

TEST_F(EdgeTest, beyond_its_size_a_reader_falls_off_and_holds_no_more) {
  ReadingPlace stuck{1};
  edge_.add_reader(stuck);
  push(10);
  EXPECT_TRUE(has(1));
  push(1);  // More than it may hold: `stuck` reads from disk from here on.
  EXPECT_FALSE(has(1));
  push(1);
  EXPECT_EQ(edge_.bytes(), 2 * kBatchBytes);
}

TEST_F(EdgeTest, a_reader_at_work_is_outrun_when_half_of_what_fits_is_before_it) {
  ReadingPlace place{1};
  edge_.add_reader(place);
  place.is_at_work = true;
  push(5);
  EXPECT_FALSE(edge_.outruns_readers());
  push(1);
  EXPECT_TRUE(edge_.outruns_readers());
  place.seq = 11;
  EXPECT_FALSE(edge_.outruns_readers());
}

TEST_F(EdgeTest, one_that_waits_for_its_exit_is_not_outrun_whatever_others_do) {
  ReadingPlace waiting{1}, quick{1};
  for (ReadingPlace* place : {&waiting, &quick}) edge_.add_reader(*place);
  quick.is_at_work = true;
  push(6);
  quick.seq = 45;
  EXPECT_FALSE(edge_.outruns_readers());
  waiting.is_at_work = true;
  EXPECT_TRUE(edge_.outruns_readers());
}

TEST_F(EdgeTest, a_reader_behind_is_not_outrun_any_more) {
  ReadingPlace place{1};
  edge_.add_reader(place);
  place.is_at_work = true;
  push(11);
  ASSERT_FALSE(has(1));
  EXPECT_FALSE(edge_.outruns_readers());
}

TEST_F(EdgeTest, the_newest_batch_stays_however_large_it_is) {
  Edge edge(kBatchBytes / 2, 0, 1);
  edge.push(std::make_shared<TenEvents>(1));
  edge.push(std::make_shared<TenEvents>(11));
  EXPECT_EQ(edge.first(), 11u);
  EXPECT_NE(edge.find(15), nullptr);
}

}  // namespace
}  // namespace tt::tunnel
