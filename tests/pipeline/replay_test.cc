// Time travel: a stretch of the past goes to one exit again, beside its live delivery.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay.h"

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using Phase = ReplayState::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Target;
using testing::webhook;

class ReplayTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = "", const std::string& rule = "{to: hook}") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - " + rule + "\n");
  }
  void say_all(std::initializer_list<const char*> messages) {
    for (const char* message : messages) say(message);
    ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
    before_ = target_.count();
  }
  ReplayRequest everything(double per_sec = kReplayPerSec) {
    ReplayRequest request;
    request.range.exit = "hook";
    request.per_sec = per_sec;
    return request;
  }
  void begin(const ReplayRequest& request) {
    const auto begun = daemon_->replays().begin(request);
    require(begun.ok(), begun.ok() ? "" : begun.error().text);
  }
  std::string refusal(const ReplayRequest& request) {
    const auto begun = daemon_->replays().begin(request);
    return begun.ok() ? "it has begun" : begun.error().text;
  }
  ReplayStatus status() {
    auto status = daemon_->replays().status("hook");
    require(status.ok(), status.ok() ? "" : status.error().text);
    return *std::move(status);
  }
  bool is(Phase phase) { return status().state.phase == phase; }
  /// The messages that came since say_all().
  std::vector<std::string> again() {
    std::vector<std::string> messages = target_.messages();
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(before_));
    return messages;
  }
  Target target_;
  std::size_t before_ = 0;
};

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

TEST_F(ReplayTest, old_events_are_what_it_is_about_so_expire_does_not_hold) {
  start_hook("expire: 10s");
  say_all({"a"});
  clock_.advance_ns(60 * kNsPerSec);
  begin(everything());
  ASSERT_TRUE(eventually([&] { return is(Phase::kDone); }));
  EXPECT_THAT(again(), ElementsAre("a"));
  EXPECT_TRUE(letters("hook").empty());
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
