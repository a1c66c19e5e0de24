// Whole lives of the daemon under swarms of faults, each from one seed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "base/temporary_folder.h"
#include "base/text.h"
#include "simulation/fiber.h"
#include "simulation/run.h"

namespace tt::simulation {
namespace {

constexpr std::uint64_t kGateSeeds = kIsSlowBuild ? 20 : 200;
constexpr std::uint64_t kShards = 4;

std::uint64_t number_of_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  const auto number = text ? parse_u64(text) : std::nullopt;
  return number.value_or(otherwise);
}

/// What a failure tells: enough to see it again.
std::string told(std::uint64_t seed, const Outcome& outcome) {
  return outcome.story + "\n" + outcome.problem.value_or("") + "\nTT_SEED=" + std::to_string(seed) +
         " simulation_test --gtest_filter=Simulation.one_seed replays it";
}

class Swarm : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Swarm, keeps_every_promise) {
  const TemporaryFolder folder;
  const std::uint64_t seeds = kGateSeeds * number_of_environment("TT_TORTURE", 1) / kShards;
  const std::uint64_t first = number_of_environment("TT_FIRST_SEED", 1) + GetParam() * seeds;
  Outcome sum;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = run_seed(seed, folder / "");
    EXPECT_FALSE(outcome.problem) << told(seed, outcome);
    sum.events += outcome.events;
    sum.acknowledged += outcome.acknowledged;
    sum.requests += outcome.requests;
    sum.deaths += outcome.deaths;
    sum.switches += outcome.switches;
    sum.hours += outcome.hours;
  }
  std::printf(
      "%llu seeds from %llu: %.0f hours, %llu events, %llu acknowledged, %llu requests, "
      "%llu deaths, %llu switches\n",
      static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(first), sum.hours,
      static_cast<unsigned long long>(sum.events),
      static_cast<unsigned long long>(sum.acknowledged),
      static_cast<unsigned long long>(sum.requests), static_cast<unsigned long long>(sum.deaths),
      static_cast<unsigned long long>(sum.switches));
  // A swarm that has stopped to bite would pass as well.
  EXPECT_GT(sum.acknowledged, 20 * seeds);
  EXPECT_GT(sum.deaths, seeds);
}

INSTANTIATE_TEST_SUITE_P(Simulation, Swarm, ::testing::Range<std::uint64_t>(0, kShards));

TEST(Simulation, one_seed_replays_one_run) {
  const TemporaryFolder folder, other;
  for (const std::uint64_t seed : {3, 5, 8}) {
    const Outcome first = run_seed(seed, folder / "");
    const Outcome second = run_seed(seed, other / "");
    EXPECT_EQ(first.hash, second.hash) << first.story << second.story;
    EXPECT_EQ(first.switches, second.switches);
  }
  EXPECT_NE(run_seed(3, folder / "").hash, run_seed(4, folder / "").hash);
}

// With TT_SEED=n in the environment: seed n, told line by line.
TEST(Simulation, one_seed) {
  const std::uint64_t seed = number_of_environment("TT_SEED", 1);
  const TemporaryFolder folder;
  const Outcome outcome = run_seed(seed, folder / "", /*is_live=*/std::getenv("TT_SEED"));
  EXPECT_FALSE(outcome.problem) << told(seed, outcome);
}

}  // namespace
}  // namespace tt::simulation
