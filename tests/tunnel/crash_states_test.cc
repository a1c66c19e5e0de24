// The power goes at every change of the disk, and leaves everything that it legally can.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/scale.h"
#include "tunnel/stories.h"

namespace tt::tunnel {
namespace {

/// Chance that takes every course: each run answers as the last one but for the last choice that is
/// still open.
class Choices final : public Random {
 public:
  std::uint64_t next() override {
    if (at_ == taken_.size()) taken_.push_back(0);
    return taken_[at_++];
  }
  /// Goes on to the next course; false when all were taken.
  bool advance() {
    at_ = 0;
    while (!taken_.empty() && taken_.back() == 1) taken_.pop_back();
    if (taken_.empty()) return false;
    taken_.back() = 1;
    return true;
  }

 private:
  std::vector<std::uint64_t> taken_;  // 0 or 1: every choice is between two.
  std::size_t at_ = 0;
};

class CrashStates : public testing::TestWithParam<Story> {
 protected:
  // The power goes again while the next start repairs what the first cut left.
  static void cut_the_start_too(MemoryDisk& disk, Random& chance) {
    World world;
    disk.stop_after(chance.below(40));
    (void)open_disk_tunnel(story_options(),
                           {world.clock, disk, world.random, system_spawner(), world.metrics});
    disk.crash(&chance);
  }

  CrashStates() { log::set_level(log::Level::kOff); }
  ~CrashStates() override { log::set_level(log::Level::kInfo); }

  // Of one moment all legal states, or `states_max` of them.
  static std::uint64_t check_moment(const MemoryDisk& disk, const Oracle& oracle,
                                    std::uint64_t states_max, Random& chance) {
    Choices choices;
    std::uint64_t states = 0;
    for (bool has_more = true; has_more && states < states_max; ++states) {
      // First in order, as long as all may fit; then by lot, for the rest would be alike.
      const bool by_lot = states >= states_max / 2;
      const auto left = disk.copy();
      left->crash(by_lot ? &chance : &choices);
      if (by_lot && chance.below(2)) cut_the_start_too(*left, chance);
      oracle.check(*left);
      if (HasFatalFailure()) return states;
      if (!by_lot) has_more = choices.advance();
    }
    return states;
  }
};

TEST_P(CrashStates, keep_every_promise) {
  const Story& story = GetParam();
  const std::uint64_t states_max = is_torture() ? 120 * torture() : scaled(30);
  const std::uint64_t step = scaled(10) >= 10 ? 1 : 3;  // Sanitizers: fewer.
  SeededRandom chance(seed());
  std::uint64_t states = 0;
  bool is_over = false;
  for (std::uint64_t changes = 0; !is_over; changes += step) {
    World world;
    Oracle oracle;
    ASSERT_TRUE(story.before(world, oracle));
    world.disk.stop_after(changes);
    is_over = story.act(world, oracle);
    states += check_moment(world.disk, oracle, states_max, chance);
    ASSERT_FALSE(HasFatalFailure()) << "after " << changes << " changes, TT_SEED=" << seed();
  }
  RecordProperty("states", std::to_string(states));
}

INSTANTIATE_TEST_SUITE_P(Of, CrashStates, testing::ValuesIn(stories()), [](const auto& info) {
  std::string name = info.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); },
      '_');
  return name;
});

}  // namespace
}  // namespace tt::tunnel
