// An exit that is away for a day, in virtual time: what the outage costs and how it ends.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "simulation/world.h"

namespace tt::simulation {
namespace {

constexpr std::int64_t kMinute = 60 * kNsPerSec;
constexpr int kMinutesOfADay = 24 * 60;
constexpr std::uint64_t kAttemptsMax = 300;

class Outage : public ::testing::TestWithParam<Network::Mood> {};

TEST_P(Outage, of_a_day_costs_less_than_300_attempts_and_ends_in_full) {
  const TemporaryFolder folder;
  World world(Plan::calm(), folder / "");
  Network& network = world.network();
  for (const char* exit : {"any", "steady"})
    network.set_mood(exit, GetParam(), kMinutesOfADay * kMinute);
  // "batch" gets the same events and is well: nobody waits for the ill ones.
  for (int minute = 0; minute < kMinutesOfADay; ++minute) {
    world.append("asb");
    world.pass_ns(kMinute);
    ASSERT_EQ(world.oracle().taken("batch"), static_cast<std::uint64_t>(minute + 1));
  }
  EXPECT_EQ(world.oracle().taken("any"), 0u);
  for (const char* exit : {"any", "steady"}) {
    EXPECT_GT(network.requests(exit), 24u) << exit;  // It is asked for, all day long.
    EXPECT_LT(network.requests(exit), kAttemptsMax) << exit;
    network.set_mood(exit, Network::Mood::kWell, 0);
  }
  const std::uint64_t before = network.requests("any");
  for (int minute = 0; minute < 30 && !world.is_drained(); ++minute) world.pass_ns(kMinute);
  EXPECT_TRUE(world.is_drained());
  for (const char* exit : {"any", "steady"}) {
    EXPECT_EQ(world.oracle().taken(exit), static_cast<std::uint64_t>(kMinutesOfADay)) << exit;
    EXPECT_LE(network.open_max(exit), 4u) << exit;  // As many as it may have in flight.
  }
  // Each event once and no request for nothing.
  EXPECT_LE(network.requests("any") - before, static_cast<std::uint64_t>(kMinutesOfADay) + 1);
  EXPECT_FALSE(world.oracle().first_problem()) << world.outcome().story;
}

std::string name_of(const ::testing::TestParamInfo<Network::Mood>& info) {
  constexpr const char* kNames[] = {"well", "refused", "hangs", "errors", "forbidden"};
  return kNames[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Simulation, Outage,
                         ::testing::Values(Network::Mood::kRefusesConnections,
                                           Network::Mood::kHangs, Network::Mood::kErrors,
                                           Network::Mood::kForbids),
                         name_of);

}  // namespace
}  // namespace tt::simulation
