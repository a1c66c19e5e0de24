// Replays that run beside live delivery: their rate, and what holds both back.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/running_replays.h"

#include "pipeline/replay_fixture.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;
using ::testing::ElementsAre;
using testing::ReplayTest;

TEST_F(ReplayTest, live_delivery_goes_on_while_a_replay_is_slow) {
  start_hook();
  say_all({"a", "b", "c", "d"});
  begin(everything(1));
  ASSERT_TRUE(soon([&] { return again().size() == 1; }));
  say("news");
  ASSERT_TRUE(soon([&] { return exit("hook").behind == 0; }));
  EXPECT_THAT(again(), ElementsAre("a", "news"));
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a", "news", "b", "c", "d"));
}

TEST_F(ReplayTest, the_rate_counts_events_and_is_kept) {
  start_hook();
  say_all({"a", "b", "c", "d", "e"});
  begin(everything(2));
  ASSERT_TRUE(soon([&] { return again().size() == 2 && status().state.counts.delivered == 2; }));
  for (int turn = 0; turn < 20; ++turn) daemon_->exits();
  EXPECT_EQ(again().size(), 2u);
  clock_.advance_ns(kNsPerSec);
  ASSERT_TRUE(soon([&] { return again().size() == 4 && status().state.counts.delivered == 4; }));
  EXPECT_EQ(status().activity, "running");
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_EQ(again().size(), 5u);
}

TEST_F(ReplayTest, a_batch_of_a_replay_is_no_larger_than_its_rate) {
  start_hook("format: ndjson, batch: {events: 100}");
  say_all({"a", "b", "c", "d", "e"});
  const auto events = [&] {
    std::vector<std::size_t> sizes;
    for (std::size_t i = before_; i < target_.count(); ++i)
      sizes.push_back(testing::messages_of(target_.received()[i].body).size());
    return sizes;
  };
  begin(everything(2));
  ASSERT_TRUE(soon([&] { return status().state.counts.delivered == 2; }));
  for (int turn = 0; turn < 20; ++turn) daemon_->exits();
  EXPECT_THAT(events(), ElementsAre(2u));
  clock_.advance_ns(kNsPerSec);
  ASSERT_TRUE(soon([&] { return status().state.counts.delivered == 4; }));
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(events(), ElementsAre(2u, 2u, 1u));
}

TEST_F(ReplayTest, a_failing_exit_is_not_stirred_more_by_a_replay_and_nothing_of_it_is_lost) {
  start_hook("retry: {base: 10ms, cap: 100ms}");
  say_all({"a", "b", "c"});
  target_.always(503);
  say("live");
  ASSERT_TRUE(eventually([&] { return exit("hook").state == "waiting"; }));
  begin(everything());
  EXPECT_EQ(status().activity, "waiting");
  const std::size_t tried = target_.count();
  for (int turn = 0; turn < 20; ++turn) daemon_->exits();
  EXPECT_EQ(target_.count(), tried);
  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone) && exit("hook").behind == 0; }, 200));
  EXPECT_EQ(status().state.counts.delivered, 3u);
  EXPECT_EQ(exit("hook").delivered, 4u);
}

TEST_F(ReplayTest, a_paused_exit_gets_no_replay_either) {
  start_hook();
  say_all({"a"});
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  begin(everything());
  EXPECT_EQ(status().activity, "paused");
  EXPECT_TRUE(again().empty());
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a"));
}

TEST_F(ReplayTest, the_rate_of_the_exit_holds_for_both_and_live_events_go_first) {
  start_hook("rate: 1/s");
  say_all({"a", "b"});
  begin(everything());
  say("live 1");
  say("live 2");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0 && is(Phase::kDone); }, 100));
  // A token was there for one of them at once; from then on live events have the first claim.
  const auto all = again();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[3], "b");
}

}  // namespace
}  // namespace tt::pipeline
