// Time travel: a stretch of the past goes to one exit again; which one, and who may ask for it.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay.h"

#include "pipeline/replay_fixture.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReplayTest;
using testing::webhook;

TEST_F(ReplayTest, the_past_goes_again_with_the_same_ids_and_says_which_replay_it_is) {
  start_hook();
  const tunnel::Seq first = say("one");
  say_all({"two", "three"});
  begin(everything());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("one", "two", "three"));
  const auto received = target_.received();
  EXPECT_EQ(received[0].header("tt-replay"), "");
  EXPECT_EQ(received[3].header("tt-replay"), "1");
  EXPECT_EQ(received[3].header("webhook-id"), id_of(first));
  EXPECT_EQ(received[3].body, received[0].body);
  const ReplayCounts counts = status().state.counts;
  EXPECT_EQ(counts.selected, 3u);
  EXPECT_EQ(counts.sent, 3u);
  EXPECT_EQ(counts.delivered, 3u);
  EXPECT_EQ(counts.pending, 0u);
  EXPECT_EQ(counts.left, 0u);
  // An epoch of its own: the live delivery has counted nothing.
  EXPECT_EQ(exit("hook").delivered, 3u);
  EXPECT_EQ(exit("hook").behind, 0u);
}

TEST_F(ReplayTest, each_replay_of_an_exit_has_a_higher_epoch_that_its_attempts_name) {
  start_hook();
  const tunnel::Seq seq = say("one");
  say_all({});
  for (int i = 0; i < 2; ++i) {
    begin(everything());
    ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
    ASSERT_TRUE(eventually([&] { return daemon_->tunnel().orphans().empty(); }));
  }
  EXPECT_EQ(target_.received()[2].header("tt-replay"), "2");
  std::vector<std::uint64_t> runs;
  for (const tunnel::Attempt& attempt : attempts(seq, 3)) runs.push_back(attempt.replay);
  EXPECT_THAT(runs, ElementsAre(0, 1, 2));
  EXPECT_EQ(status().state.counts.delivered, 1u);
}

TEST_F(ReplayTest, only_what_the_rules_in_force_send_there_and_the_condition_lets_through_goes) {
  start_hook();
  say_all({"old", "new", "newer"});
  reload("exits:\n" + webhook("hook", target_) +
         "rules:\n  - {when: 'event.message.startsWith(\"new\")', to: hook}\n");
  ReplayRequest request = everything();
  request.range.where = "event.message != 'newer'";
  begin(request);
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("new"));
  EXPECT_EQ(status().state.counts.filtered, 2u);
}

TEST_F(ReplayTest, a_range_begins_with_since_and_ends_before_until) {
  start_hook();
  say("one");
  const tunnel::Seq second = say("two");
  say("three");
  const tunnel::Seq fourth = say("four");
  say_all({});
  ReplayRequest request = everything();
  request.range.since = second;
  request.range.until = fourth;
  begin(request);
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("two", "three"));
}

TEST_F(ReplayTest, a_preview_counts_shows_the_first_event_and_sends_nothing) {
  start_hook();
  const tunnel::Seq first = say("one");
  say_all({"two"});
  const auto preview = daemon_->replays().preview(everything().range);
  ASSERT_TRUE(preview.ok());
  EXPECT_EQ(preview->count, 2u);
  EXPECT_EQ(preview->example_id, id_of(first));
  EXPECT_EQ(preview->example_message, "one");
  EXPECT_LE(preview->first_ns, preview->last_ns);
  EXPECT_EQ(preview->removed_max, 0u);
  EXPECT_FALSE(preview->pages);
  EXPECT_FALSE(daemon_->replays().status("hook").ok());
  EXPECT_EQ(target_.count(), before_);
}

TEST_F(ReplayTest, what_cannot_be_replayed_is_refused_with_the_reason) {
  start_hook();
  say_all({"one"});
  ReplayRequest request = everything();
  request.range.exit = "hok";
  EXPECT_THAT(refusal(request), HasSubstr("no exit `hok`"));
  request = everything();
  request.range.where = "event.mesage ==";
  EXPECT_THAT(refusal(request), HasSubstr("where, column"));
  request = everything();
  request.range.where = "event.message == 'two'";
  EXPECT_THAT(refusal(request), HasSubstr("gets none of the events"));
  EXPECT_THAT(refusal(everything(0)), HasSubstr("rate"));
  EXPECT_EQ(target_.count(), before_);
}

TEST_F(ReplayTest, one_replay_an_exit_runs_at_a_time) {
  start_hook();
  say_all({"one", "two"});
  begin(everything(1));
  EXPECT_THAT(refusal(everything()), HasSubstr("is running"));
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  ASSERT_TRUE(eventually([&] { return daemon_->tunnel().orphans().empty(); }));
  begin(everything());
  EXPECT_EQ(status().state.epoch, 2u);
}

TEST_F(ReplayTest, an_exit_that_starts_builds_is_not_replayed_by_accident) {
  start("exits:\n  hook: {type: jenkins, url: '" + target_.url("") +
        "', job: deploy}\nrules:\n  - {to: hook}\n");
  say_all({"deploy"});
  ReplayRequest request = everything();
  EXPECT_THAT(refusal(request), HasSubstr("allow_paging"));
  EXPECT_EQ(target_.count(), before_);
  request.allow_paging = true;
  begin(request);
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_EQ(target_.count(), before_ + 1);
}

TEST_F(ReplayTest, old_events_are_what_it_is_about_so_expire_does_not_hold) {
  start_hook("expire: 10s");
  say_all({"a"});
  clock_.advance_ns(60 * kNsPerSec);
  begin(everything());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a"));
  EXPECT_TRUE(letters("hook").empty());
}

TEST_F(ReplayTest, a_file_is_written_by_one_hand) {
  const std::string path = folder_ / "out.ndjson";
  start("exits:\n  hook: {type: file, path: " + path + "}\nrules:\n  - {to: hook}\n");
  say_all({"a", "b"});
  begin(everything());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  const auto lines = read_file(disk(), path);
  ASSERT_TRUE(lines.ok());
  EXPECT_THAT(testing::messages_of(*lines), ElementsAre("a", "b", "a", "b"));
}

TEST_F(ReplayTest, an_alert_keeps_its_order_in_a_replay_too) {
  start_hook("retry: {base: 100ms, cap: 1s}");
  append("test", R"({"message":"fires","alert_key":"disk"})");
  append("test", R"({"message":"is over","alert_key":"disk"})");
  say_all({"other"});
  target_.decide([](const testing::Received& request) {
    return net::HttpAnswer{.status = testing::message_of(request.body) == "fires" ? 503 : 200};
  });
  begin(everything());
  ASSERT_TRUE(eventually([&] { return status().state.counts.delivered == 1; }, 200));
  EXPECT_EQ(again().back(), "other");
  EXPECT_THAT(again(), ::testing::Not(::testing::Contains("is over")));
  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is(ReplayState::Phase::kDone); }, 200));
  const std::vector<std::string> all = again();
  EXPECT_THAT((std::vector(all.end() - 3, all.end())), ElementsAre("other", "fires", "is over"));
}

TEST_F(ReplayTest, what_operators_do_is_on_record_in_the_tunnel) {
  watches_itself_ = true;
  start("exits:\n" + webhook("hook", target_) + webhook("audit", target_) +
        "rules:\n  - {when: 'event.message == \"bad\"', to: hook}\n"
        "  - {when: 'event.kind.startsWith(\"urn:time-tunnel:audit\")', to: audit}\n");
  const auto records = [&] { return target_.messages(); };
  const auto is_recorded = [&](const std::string& text) {
    return eventually([&, text] {
      for (const std::string& message : records())
        if (message.find(text) != std::string::npos) return true;
      return false;
    });
  };
  target_.answer({400});
  say_all({"bad"});
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  EXPECT_TRUE(is_recorded("operator: pause exit hook"));
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  EXPECT_TRUE(is_recorded("operator: resume exit hook"));
  begin(everything());
  EXPECT_TRUE(is_recorded("operator: replay exit hook, replay 1 has begun: 1 events"));
  EXPECT_TRUE(is_recorded("exit hook, replay 1 is done"));
  const std::uint64_t number = letters("hook")[0].number;
  target_.decide([](const testing::Received& request) {
    const bool is_for_hook = request.body.find("\"bad\"") != std::string::npos &&
                             request.body.find("operator") == std::string::npos;
    return net::HttpAnswer{.status = is_for_hook ? 400 : 200};
  });
  ASSERT_TRUE(daemon_->retry_dead("hook", {number}).ok());
  EXPECT_TRUE(is_recorded("operator: retry 1 dead letter of exit hook, 0 delivered"));
  ASSERT_TRUE(daemon_->retry_edited("hook", number, R"({"message":"better"})").ok());
  EXPECT_TRUE(is_recorded("operator: edit dead letter"));
}

}  // namespace
}  // namespace tt::pipeline
