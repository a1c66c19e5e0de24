// An exit too far behind: warnings, then skipped events with one letter, or intake that is held.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/daemon_fixture.h"
#include "pipeline/time_spans.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Received;
using testing::Target;
using testing::webhook;

class DeliveryLagTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options, const std::string& rule = "{to: hook}") {
    start("entries:\n  in: {type: http, path: /in}\nexits:\n" + webhook("hook", target_, options) +
          "rules:\n  - " + rule + "\n");
  }
  void pause(bool paused) { ASSERT_TRUE(daemon_->pause("hook", paused).ok()); }
  /// `count` events of 64 KiB; gives the first seq.
  tunnel::Seq fill(int count) {
    const std::string large(64u << 10, 'x');
    tunnel::Seq first = 0;
    for (int i = 0; i < count; ++i) {
      const tunnel::Seq seq = append(
          "test", "{\"message\":\"" + std::to_string(i) + "\",\"padding\":\"" + large + "\"}");
      if (i == 0) first = seq;
    }
    return first;
  }
  bool is_settled() { return exit("hook").behind == 0; }
  Target target_;
};

TEST_F(DeliveryLagTest, over_its_bytes_an_exit_gives_up_the_oldest_and_one_letter_names_them) {
  start_hook("max_lag: {bytes: 4MiB}");
  pause(true);
  const tunnel::Seq first = fill(80);
  ASSERT_TRUE(eventually([&] { return exit("hook").dead > 0; }));
  const ExitStatus status = exit("hook");
  EXPECT_EQ(status.accepted, 80u);
  EXPECT_EQ(status.dead + status.pending, 80u);
  EXPECT_EQ(status.cursor, first + status.dead);
  // Down to nine tenths, give or take what a measurement is off: about 1 MiB.
  EXPECT_GT(status.dead, 10u);
  EXPECT_LT(status.dead, 45u);
  ASSERT_EQ(letters("hook").size(), 1u);
  const tunnel::DeadLetter letter = letters("hook")[0];
  EXPECT_EQ(letter.reason, "gap");
  EXPECT_EQ(letter.seq, first);
  EXPECT_EQ(letter.last_seq, first + status.dead - 1);
  EXPECT_THAT(letter.error, HasSubstr(std::to_string(status.dead) + " events"));

  pause(false);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(target_.messages().front(), std::to_string(status.dead));
  EXPECT_EQ(target_.messages().back(), "79");
  EXPECT_EQ(target_.count(), 80 - status.dead);
  EXPECT_EQ(letters("hook").size(), 1u);
}

TEST_F(DeliveryLagTest, of_what_is_skipped_only_what_the_rules_send_here_is_dead) {
  start_hook("max_lag: {age: 1h}", "{when: 'event.kind == \"urn:a\"', to: hook}");
  pause(true);
  say("filtered");
  append("test", R"({"message":"dead","kind":"urn:a"})");
  say("filtered too");
  ASSERT_TRUE(eventually([&] { return exit("hook").lag_bytes > 0; }));
  clock_.advance_ns(2 * kHour);
  append("test", R"({"message":"young","kind":"urn:a"})");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }));
  EXPECT_EQ(exit("hook").filtered, 2u);
  EXPECT_EQ(exit("hook").pending, 1u);
  pause(false);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("young"));
}

TEST_F(DeliveryLagTest,
       where_nothing_was_meant_for_the_exit_nothing_is_lost_and_no_letter_written) {
  start_hook("max_lag: {age: 1h}", "{when: 'event.kind == \"urn:a\"', to: hook}");
  pause(true);
  say("filtered");
  clock_.advance_ns(2 * kHour);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(exit("hook").filtered, 1u);
  EXPECT_TRUE(letters("hook").empty());
}

TEST_F(DeliveryLagTest, an_event_that_waits_for_a_retry_is_given_up_too) {
  start_hook("max_lag: {age: 1h}, retry: {base: 30m, cap: 30m}");
  target_.always(503);
  say("old");
  ASSERT_TRUE(soon([&] { return exit("hook").retries == 1; }));
  clock_.advance_ns(2 * kHour);
  target_.always(200);
  say("young");
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  // Whichever came first, the retry or the look at the lag: nothing is lost without a trace.
  EXPECT_EQ(exit("hook").delivered + exit("hook").dead, 2u);
  EXPECT_EQ(letters("hook").size(), exit("hook").dead);
}

TEST_F(DeliveryLagTest, a_skip_waits_for_the_answer_that_is_out) {
  start_hook("max_lag: {age: 1h}, timeout: 10m");
  target_.hold();
  say("in flight");
  say("old");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  clock_.advance_ns(2 * kHour);
  ASSERT_TRUE(eventually([&] { return exit("hook").lag_percent >= 100; }));
  for (int turn = 0; turn < 50; ++turn) look();
  EXPECT_EQ(exit("hook").dead, 0u);
  target_.release();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(exit("hook").delivered, 1u);
  EXPECT_EQ(exit("hook").dead, 1u);
  EXPECT_EQ(target_.count(), 1u);
}

TEST_F(DeliveryLagTest, without_room_for_the_letter_the_skipped_events_stay_pending) {
  start_hook("max_lag: {age: 1h}");
  pause(true);
  say("old");
  ASSERT_TRUE(eventually([&] { return exit("hook").lag_bytes > 0; }));
  memory_.set_free_bytes(0);
  clock_.advance_ns(2 * kHour);
  ASSERT_TRUE(eventually([&] { return !exit("hook").problem.empty(); }));
  EXPECT_EQ(exit("hook").pending, 1u);
  EXPECT_EQ(exit("hook").dead, 0u);
  memory_.set_free_bytes(1ull << 40);
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }, 1'000));
  EXPECT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(exit("hook").pending, 0u);
}

TEST_F(DeliveryLagTest, an_exit_that_blocks_refuses_intake_until_it_has_caught_up) {
  Target other;
  start("entries:\n  in: {type: http, path: /in}\nexits:\n" +
        webhook("hook", target_, "max_lag: {age: 1h}, when_full: block") + webhook("other", other) +
        "rules:\n  - {to: [hook, other]}\n");
  pause(true);
  EXPECT_EQ(post("/in", R"({"message":"one"})").status, 202);
  clock_.advance_ns(2 * kHour);
  ASSERT_TRUE(eventually([&] { return exit("hook").holds_intake && !daemon_->is_ready(); }));
  const Answer refused = post("/in", R"({"message":"two"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(net::find_header(refused.headers, "retry-after"), "5");
  EXPECT_THAT(refused.body, HasSubstr("max_lag"));
  EXPECT_EQ(exit("hook").dead, 0u);
  ASSERT_TRUE(eventually([&] { return exit("other").behind == 0; }));
  pause(false);
  ASSERT_TRUE(eventually([&] { return daemon_->is_ready(); }));
  EXPECT_EQ(post("/in", R"({"message":"two"})").status, 202);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("one", "two"));
}

TEST_F(DeliveryLagTest, a_wall_clock_that_jumps_makes_no_event_too_old) {
  start_hook("max_lag: {age: 1h}");
  pause(true);
  say("keep me");
  ASSERT_TRUE(eventually([&] { return exit("hook").lag_bytes > 0; }));
  clock_.set_wall_ns(clock_.wall_ns() + 24 * kHour);
  ASSERT_TRUE(eventually([&] { return exit("hook").lag_age_ns >= 24 * kHour; }));
  for (int turn = 0; turn < 200; ++turn) {
    clock_.advance_ns(100 * kNsPerMs);
    look();
  }
  EXPECT_EQ(exit("hook").dead, 0u);
  pause(false);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("keep me"));
}

TEST_F(DeliveryLagTest, a_limit_holds_for_what_an_exit_that_left_still_keeps) {
  start("exits:\n" + webhook("hook", target_, "max_lag: {age: 1h}") + "rules:\n  - {to: hook}\n");
  pause(true);
  const tunnel::Seq old = say("old");
  ASSERT_TRUE(reload("entries: {}\n").ok);
  EXPECT_THAT(daemon_->tunnel().orphans(), ElementsAre("hook"));
  clock_.advance_ns(8 * 24 * kHour);  // Nobody says more than the default of seven days now.
  const tunnel::Seq young = say("young");
  ASSERT_TRUE(eventually([&] { return letters("hook").size() == 1; }, 1'000));
  EXPECT_EQ(letters("hook")[0].reason, "gap");
  EXPECT_EQ(letters("hook")[0].seq, old);
  EXPECT_EQ(letters("hook")[0].last_seq, young - 1);
  ASSERT_TRUE(reload("exits:\n" + webhook("hook", target_) + "rules:\n  - {to: hook}\n").ok);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("young"));
}

}  // namespace
}  // namespace tt::pipeline
