// A wall clock that was set deletes nothing for its age.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/clock_guard.h"

#include <atomic>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

constexpr std::int64_t kHour = 3600 * kNsPerSec;

TEST(ClockGuard, trusts_a_clock_that_goes_along) {
  Metrics metrics;
  ClockGuard guard(metrics);
  std::int64_t drift = 0;
  for (SteadyNs now = 0; now < 10 * kHour; now += kHour / 60) {
    drift += kNsPerSec;  // A slow clock that is slewed.
    EXPECT_TRUE(guard.trusts(1'000 * kHour + now + drift, now));
  }
  EXPECT_EQ(metrics.counter("tt_clock_jumps_total", "").value(), 0u);
}

TEST(ClockGuard, distrusts_one_that_was_set_for_an_hour_in_either_direction) {
  for (const std::int64_t jump : {10 * 365 * 24 * kHour, kHour, -kHour, -1000 * kHour}) {
    Metrics metrics;
    ClockGuard guard(metrics);
    EXPECT_TRUE(guard.trusts(1'000 * kHour, kHour));
    EXPECT_FALSE(guard.trusts(1'000 * kHour + jump, kHour + kNsPerSec));
    EXPECT_FALSE(guard.trusts(1'000 * kHour + jump + kHour / 2, kHour + kHour / 2));
    EXPECT_TRUE(guard.trusts(1'000 * kHour + jump + 2 * kHour, 3 * kHour));
    EXPECT_EQ(metrics.counter("tt_clock_jumps_total", "").value(), 1u);
  }
}

/// A clock whose wall side can be set.
class SetClock final : public Clock {
 public:
  WallNs wall_ns() const override { return manual.wall_ns() + set_ns; }
  SteadyNs steady_ns() const override { return manual.steady_ns(); }
  ManualClock manual;
  std::atomic<std::int64_t> set_ns = 0;  ///< The committer reads the clock too.
};

TEST(ClockGuard, keeps_young_segments_when_the_clock_is_set_ten_years_on) {
  World world;
  SetClock clock;
  auto opened = open_disk_tunnel(
      small_options(), {clock, world.disk, world.random, system_spawner(), world.metrics});
  ASSERT_TRUE(opened.ok());
  Tunnel& tunnel = **opened;
  while (tunnel.status().segment_count < 4) append(tunnel, {std::string(9000, 'x')});
  ASSERT_TRUE(tunnel.trim(kHour, 1u << 30).ok());
  ASSERT_EQ(tunnel.status().segment_count, 4u);
  clock.set_ns = 10 * 365 * 24 * kHour;
  ASSERT_TRUE(tunnel.trim(kHour, 1u << 30).ok());
  EXPECT_EQ(tunnel.status().segment_count, 4u);
  clock.manual.advance_ns(2 * kHour);
  ASSERT_TRUE(tunnel.trim(kHour, 1u << 30).ok());
  EXPECT_EQ(tunnel.status().segment_count, 1u);
}

}  // namespace
}  // namespace tt::tunnel
