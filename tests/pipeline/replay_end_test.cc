// How a replay ends, and how it goes on after a stop.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_fixture.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReplayTest;
using testing::webhook;

TEST_F(ReplayTest, a_cancelled_replay_sends_nothing_more_and_a_start_does_not_bring_it_back) {
  start_hook();
  say_all({"a", "b", "c"});
  begin(everything(1));
  ASSERT_TRUE(soon([&] { return status().state.counts.delivered == 1; }));
  ASSERT_TRUE(daemon_->replays().cancel("hook").ok());
  ASSERT_TRUE(soon([&] { return is(Phase::kCancelled); }));
  EXPECT_FALSE(daemon_->replays().cancel("hook").ok());
  stop();
  start_hook();
  say("next");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  EXPECT_THAT(again(), ElementsAre("a", "next"));
  EXPECT_TRUE(is(Phase::kCancelled));
  EXPECT_TRUE(daemon_->tunnel().orphans().empty());
}

TEST_F(ReplayTest, a_replay_goes_on_after_a_stop_where_it_was) {
  start_hook();
  say_all({"a", "b", "c"});
  begin(everything(1));
  ASSERT_TRUE(soon([&] { return status().state.counts.delivered == 1; }));
  stop();
  start_hook();
  EXPECT_TRUE(is(Phase::kRunning));
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a", "b", "c"));
  for (std::size_t i = 3; i < target_.count(); ++i)
    EXPECT_EQ(target_.received()[i].header("tt-replay"), "1");
  EXPECT_EQ(status().state.counts.selected, 3u);
  EXPECT_EQ(status().state.counts.delivered, 3u);
}

TEST_F(ReplayTest, what_had_no_answer_at_the_stop_is_replayed_again_and_counted_once) {
  start_hook();
  say_all({"a", "b"});
  target_.hold();
  begin(everything());
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  daemon_->stop(0);
  daemon_.reset();
  target_.release();
  start_hook();
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a", "a", "b"));
  EXPECT_EQ(status().state.counts.selected, 2u);
  EXPECT_EQ(status().state.counts.delivered, 2u);
}

TEST_F(ReplayTest, one_that_the_disk_refuses_leaves_the_one_before_on_record) {
  start_hook();
  say_all({"a"});
  begin(everything());
  ASSERT_TRUE(eventually([&] {
    return memory_.bytes(data_path("/replays/hook.json")).find("\"done\"") != std::string::npos;
  }));
  memory_.fail_always(MemoryDisk::Op::kRename, retry("no space left"));
  EXPECT_THAT(refusal(everything()), HasSubstr("no space left"));
  memory_.heal();
  stop();
  start_hook();
  EXPECT_TRUE(is(Phase::kDone));
  begin(everything());
  EXPECT_EQ(status().state.epoch, 2u);
}

TEST_F(ReplayTest, a_stop_ends_what_a_cancelled_one_is_still_sending) {
  start_hook("order: none, in_flight: 1");
  say_all({"a", "b", "c"});
  target_.hold();
  begin(everything());
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  ASSERT_TRUE(daemon_->replays().cancel("hook").ok());
  EXPECT_EQ(status().activity, "ending");
  daemon_->stop(0);
  daemon_.reset();
  target_.release();
  EXPECT_THAT(again(), ElementsAre("a"));
}

TEST_F(ReplayTest, it_ends_when_its_exit_leaves_the_configuration) {
  start_hook();
  say_all({"a", "b"});
  begin(everything(1));
  ASSERT_TRUE(reload("exits:\n" + webhook("other", target_) + "rules:\n  - {to: other}\n").ok);
  ASSERT_TRUE(soon([&] { return is(Phase::kEnded); }));
  EXPECT_THAT(status().state.reason, HasSubstr("left the configuration"));
  ASSERT_TRUE(daemon_->forget("hook").ok());
  EXPECT_FALSE(daemon_->replays().status("hook").ok());
}

TEST_F(ReplayTest, it_ends_when_it_holds_back_as_much_as_the_tunnel_may_keep) {
  start("tunnel: {max_bytes: 4MiB}\nexits:\n" + webhook("hook", target_) +
        "rules:\n  - {to: hook}\n");
  say_all({"first", "second"});
  begin(everything(0.01));
  ASSERT_TRUE(soon([&] { return again().size() == 1; }));
  const std::string padding(64u << 10, 'x');
  for (int i = 0; i < 80; ++i) append("test", R"({"message":"new","padding":")" + padding + "\"}");
  ASSERT_TRUE(eventually([&] { return is(Phase::kEnded); }));
  EXPECT_THAT(status().state.reason, HasSubstr("as much as the tunnel may keep"));
  ASSERT_TRUE(eventually([&] { return daemon_->tunnel().orphans().empty(); }));
}

}  // namespace
}  // namespace tt::pipeline
