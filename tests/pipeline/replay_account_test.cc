// What a replay counts: its events add up, apart from those of live delivery.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_fixture.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;
using testing::ReplayTest;

TEST_F(ReplayTest, a_refused_event_becomes_a_dead_letter_of_the_replay) {
  start_hook();
  say_all({"good", "bad", "fine"});
  target_.decide([](const testing::Received& request) {
    return net::HttpAnswer{.status = request.body.find("bad") == std::string::npos ? 200 : 400};
  });
  begin(everything());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  ASSERT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(letters("hook")[0].replay, 1u);
  EXPECT_EQ(letters("hook")[0].reason, "rejected");
  const ReplayCounts counts = status().state.counts;
  EXPECT_EQ(counts.delivered, 2u);
  EXPECT_EQ(counts.dead, 1u);
  EXPECT_EQ(exit("hook").dead, 0u);
}

TEST_F(ReplayTest, its_events_add_up_while_it_runs) {
  start_hook();
  say_all({"a", "b", "c", "d"});
  target_.hold();
  begin(everything());
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  const ReplayCounts counts = status().state.counts;
  EXPECT_EQ(counts.sent, 1u);
  EXPECT_EQ(counts.selected, counts.delivered + counts.dead + counts.pending);
  EXPECT_EQ(counts.selected + counts.left, 4u);
  target_.release();
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
}

TEST_F(ReplayTest, it_has_an_account_of_its_own_that_balances) {
  start_hook("", "{when: 'event.message != \"noise\"', to: hook}");
  say_all({"a", "noise", "bad", "b"});
  target_.decide([](const testing::Received& request) {
    return net::HttpAnswer{.status = request.body.find("bad") == std::string::npos ? 200 : 400};
  });
  begin(everything(1));
  const auto counted = [&](const char* name, const char* result) {
    Labels labels{{"exit", "hook"}};
    if (*result) labels.emplace_back("result", result);
    return metrics_->counter(name, "", labels).value();
  };
  const auto pending = [&] {
    return static_cast<std::uint64_t>(
        metrics_->gauge("tt_replay_pending_events", "", {{"exit", "hook"}}).value());
  };
  const auto decided = [&] {
    return counted("tt_replay_events_total", "delivered") +
           counted("tt_replay_events_total", "filtered") +
           counted("tt_replay_events_total", "dead");
  };
  ASSERT_TRUE(soon([&] { return decided() > 0; }));
  ASSERT_TRUE(soon(
      [&] { return decided() + pending() == counted("tt_replay_accepted_events_total", ""); }));
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_EQ(counted("tt_replay_events_total", "delivered"), 2u);
  EXPECT_EQ(counted("tt_replay_events_total", "filtered"), 1u);
  EXPECT_EQ(counted("tt_replay_events_total", "dead"), 1u);
  EXPECT_EQ(counted("tt_replay_accepted_events_total", ""), 4u);
  EXPECT_EQ(pending(), 0u);
  EXPECT_EQ(counted("tt_exit_events_total", "delivered"), 3u);
}

}  // namespace
}  // namespace tt::pipeline
