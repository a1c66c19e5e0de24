// Who reads near each other behind the edge shares what is read.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/shared_reads.h"

#include "tunnel/fixture.h"
#include "tunnel/group_batch.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kReadBytes = 10'000;

class SharedReadsTest : public testing::Test {
 protected:
  SharedReadsTest() {
    DiskTunnelOptions options = small_options();
    options.edge_bytes = 0;  // Only the newest group stays in memory.
    options.read_bytes_kept = 40'000;
    tunnel_ = open_tunnel(world_, options);
    for (int i = 0; i < 40; ++i)
      EXPECT_TRUE(append(*tunnel_, {std::string(900, 'm')}, {.level = AckLevel::kWritten}).status);
  }
  static SharedStored next(Reader& reader) {
    auto batch = reader.next(kReadBytes);
    EXPECT_TRUE(batch.ok());
    return batch.ok() ? *batch : nullptr;
  }

  World world_;
  std::unique_ptr<Tunnel> tunnel_;
};

TEST_F(SharedReadsTest, exits_at_one_place_get_one_batch) {
  const auto a = open_reader(*tunnel_, "a"), b = open_reader(*tunnel_, "b");
  const SharedStored first = next(*a);
  EXPECT_EQ(next(*b), first);
  const SharedStored second = next(*b);
  EXPECT_NE(second, first);
  EXPECT_EQ(next(*a), second);
}

TEST_F(SharedReadsTest, who_comes_in_the_middle_of_a_batch_gets_its_end_and_goes_along) {
  const auto a = open_reader(*tunnel_, "a"), b = open_reader(*tunnel_, "b");
  const SharedStored first = next(*a);
  const Seq middle = first->events()[4].meta.seq;
  b->seek(middle);
  const SharedStored rest = next(*b);
  EXPECT_EQ(rest->first, middle);
  EXPECT_EQ(rest->next, first->next);
  ASSERT_EQ(rest->events().size() + 4, first->events().size());
  EXPECT_EQ(rest->events().front().event.json.data(), first->events()[4].event.json.data());
  EXPECT_EQ(next(*a), next(*b));
}

TEST_F(SharedReadsTest, nothing_is_kept_when_nobody_came_between_two_looks_at_old_segments) {
  const auto a = open_reader(*tunnel_, "a"), b = open_reader(*tunnel_, "b");
  const std::weak_ptr<const StoredBatch> first = next(*a);
  EXPECT_FALSE(first.expired());
  ASSERT_TRUE(tunnel_->trim(3600 * kNsPerSec, 1u << 30).ok());
  EXPECT_FALSE(first.expired());
  ASSERT_TRUE(tunnel_->trim(3600 * kNsPerSec, 1u << 30).ok());
  EXPECT_TRUE(first.expired());
  EXPECT_EQ(read_all(*b, kReadBytes).size(), 40u);
}

TEST_F(SharedReadsTest, a_scan_of_all_hides_from_no_exit_what_is_missing_before_the_oldest) {
  const auto behind = open_reader(*tunnel_, "behind");
  const auto scan = tunnel_->scan(0);
  const auto all = scan->next(kReadBytes);
  ASSERT_TRUE(all.ok() && *all);
  EXPECT_EQ((*all)->first, (*all)->events().front().meta.seq);
  EXPECT_EQ(next(*behind)->first, (*all)->first);
}

TEST_F(SharedReadsTest, few_batches_are_kept) {
  const auto a = open_reader(*tunnel_, "a");
  const std::weak_ptr<const StoredBatch> first = next(*a);
  for (int i = 0; i < 2; ++i) {
    next(*a);
    ASSERT_FALSE(a->at_edge());
  }
  EXPECT_TRUE(first.expired());
}

TEST_F(SharedReadsTest, what_comes_next_is_read_ahead_once) {
  const auto a = open_reader(*tunnel_, "a"), b = open_reader(*tunnel_, "b");
  next(*a);
  next(*b);
  EXPECT_EQ(a->next_in_memory(), nullptr);
  const auto work = a->read_ahead(kReadBytes);
  ASSERT_TRUE(work);
  EXPECT_FALSE(b->read_ahead(kReadBytes)) << "somebody does it already";
  work();
  EXPECT_FALSE(a->read_ahead(kReadBytes)) << "it is there";
  const SharedStored batch = a->next_in_memory();
  ASSERT_TRUE(batch);
  EXPECT_EQ(b->next_in_memory(), batch);
}

TEST_F(SharedReadsTest, who_asks_all_the_time_finds_nothing_that_retention_has_removed) {
  for (int i = 0; i < 160; ++i)
    EXPECT_TRUE(append(*tunnel_, {std::string(900, 'm')}, {.level = AckLevel::kWritten}).status);
  const auto first_kept = [&] {
    const auto batch = tunnel_->scan(1)->next(kReadBytes);
    return batch.ok() && *batch ? (*batch)->events().front().meta.seq : Seq{0};
  };
  EXPECT_EQ(first_kept(), Seq{1});
  ASSERT_TRUE(tunnel_->trim(0, 0).ok());
  EXPECT_GT(tunnel_->status().oldest, Seq{1});
  EXPECT_GE(first_kept(), tunnel_->status().oldest);
}

TEST_F(SharedReadsTest, nothing_is_read_ahead_at_the_edge) {
  const auto a = open_reader(*tunnel_, "a");
  while (next(*a)) {
  }
  EXPECT_FALSE(a->read_ahead(kReadBytes));
  EXPECT_EQ(a->next_in_memory(), nullptr);
  EXPECT_TRUE(append(*tunnel_, {"new"}, {.level = AckLevel::kWritten}).status);
  EXPECT_FALSE(a->read_ahead(kReadBytes));
  EXPECT_TRUE(a->next_in_memory());
}

TEST(SharedReads, a_gap_is_told_to_whoever_reads_a_part_of_its_batch) {
  ReadBatch whole;
  whole.first = 1;
  whole.next = 20;
  whole.gaps = {{2, 4}, {8, 12}, {15, 16}};
  whole.finish();
  const SliceBatch slice(std::shared_ptr<const StoredBatch>(&whole, [](const auto*) {}), 10);
  ASSERT_EQ(slice.gaps.size(), 2u);
  EXPECT_EQ(slice.gaps[0].first, 10u);
  EXPECT_EQ(slice.gaps[0].next, 12u);
  EXPECT_EQ(slice.gaps[1].first, 15u);
}

}  // namespace
}  // namespace tt::tunnel
