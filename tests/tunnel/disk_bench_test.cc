// DiskBench: its figures follow from the clock, its time and space are bounded, its file goes away.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/disk_bench.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/memory_disk.h"

namespace tt::tunnel {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// Every look at it costs the same time.
class TickingClock final : public Clock {
 public:
  explicit TickingClock(std::int64_t step_ns) : step_ns_(step_ns) {}
  WallNs wall_ns() const override { return 0; }
  SteadyNs steady_ns() const override { return now_ns_ += step_ns_; }

 private:
  const std::int64_t step_ns_;
  mutable SteadyNs now_ns_ = 0;
};

class DiskBenchTest : public testing::Test {
 protected:
  DiskBenchTest() { EXPECT_TRUE(disk_.create_directories("/data").ok()); }
  Result<DiskFigures> measure(std::int64_t step_ns, std::function<bool()> is_cancelled = {}) {
    TickingClock clock(step_ns);
    return measure_disk(disk_, clock,
                        {.folder = "/data",
                         .time_ns = std::min(5 * kNsPerSec, 5000 * step_ns),
                         .is_cancelled = std::move(is_cancelled)});
  }
  void expect_nothing_is_left() {
    const auto left = disk_.list("/data");
    ASSERT_TRUE(left.ok());
    EXPECT_THAT(*left, IsEmpty());
  }
  MemoryDisk disk_;
};

TEST_F(DiskBenchTest, figures_are_those_of_the_clock_and_the_file_is_removed) {
  const auto figures = measure(kNsPerMs);
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ(figures->small.bytes, 4096u);
  EXPECT_EQ(figures->large.bytes, 65536u);
  EXPECT_EQ(figures->small.p50_ns, kNsPerMs);
  EXPECT_EQ(figures->small.max_ns, kNsPerMs);
  EXPECT_NEAR(figures->small.per_second, 500, 5);  // Two looks at the clock a sync.
  EXPECT_NEAR(figures->acks_per_second_at_64(), 64 * 500, 320);
  EXPECT_GT(figures->sequential_bytes_per_second, 0);
  EXPECT_THAT(suspicions(*figures), IsEmpty());
  expect_nothing_is_left();
}

TEST_F(DiskBenchTest, the_time_is_bounded_on_a_disk_of_seconds) {
  const auto figures = measure(3 * kNsPerSec);
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ(figures->small.count, 1u);
  EXPECT_THAT(suspicions(*figures), Contains(HasSubstr("longer than a second")));
  EXPECT_THAT(suspicions(*figures), Contains(HasSubstr("longer than 50 ms")));
  EXPECT_LT(disk_.count(MemoryDisk::Op::kWrite), 10u);
}

TEST_F(DiskBenchTest, a_sync_of_microseconds_is_not_believed) {
  const auto figures = measure(2 * kNsPerUs);
  ASSERT_TRUE(figures.ok());
  EXPECT_THAT(suspicions(*figures), Contains(HasSubstr("faster than a disk can be")));
}

TEST_F(DiskBenchTest, a_full_or_failing_disk_is_an_error_and_leaves_nothing) {
  disk_.set_free_bytes(100u << 20);
  const auto full = measure(kNsPerMs);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::kRetry);
  disk_.set_free_bytes(1u << 30);
  disk_.fail_next(MemoryDisk::Op::kSync, reject("the disk is broken"), 3);
  const auto broken = measure(kNsPerMs);
  ASSERT_FALSE(broken.ok());
  EXPECT_THAT(broken.error().text, HasSubstr("the disk is broken"));
  expect_nothing_is_left();
}

TEST_F(DiskBenchTest, who_cancels_it_finds_no_file) {
  int asked = 0;
  const auto figures = measure(kNsPerMs, [&] { return ++asked > 100; });
  ASSERT_FALSE(figures.ok());
  EXPECT_EQ(figures.error().code, Code::kStopped);
  expect_nothing_is_left();
}

}  // namespace
}  // namespace tt::tunnel
