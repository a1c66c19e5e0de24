// Delivery: the order of events, retries, parking, batches, and exits that do not disturb others.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/delivery.h"

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Received;
using testing::Target;
using testing::webhook;

class DeliveryTest : public testing::DaemonTest {
 protected:
  /// One exit `hook` that gets every event.
  void start_hook(const std::string& options = "") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  bool is_settled(std::string_view name = "hook") { return exit(name).behind == 0; }

  Target target_;
};

TEST_F(DeliveryTest, events_arrive_one_by_one_in_the_order_of_the_tunnel) {
  start_hook();
  std::vector<std::string> said;
  for (int i = 0; i < 20; ++i) {
    said.push_back("number " + std::to_string(i));
    say(said.back());
  }
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(target_.messages(), said);
  EXPECT_EQ(exit("hook").delivered, 20u);
}

TEST_F(DeliveryTest, a_request_answered_500_comes_again_with_the_same_id_and_bytes) {
  start_hook();
  target_.answer({500});
  const tunnel::Seq seq = say("again");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  const std::vector<Received> received = target_.received();
  ASSERT_EQ(received.size(), 2u);
  for (const Received& one : received) EXPECT_EQ(one.header("webhook-id"), id_of(seq));
  EXPECT_EQ(received[0].body, received[1].body);
  EXPECT_EQ(exit("hook").delivered, 1u);
  EXPECT_EQ(exit("hook").retries, 1u);
}

TEST_F(DeliveryTest, a_retry_waits_as_long_as_the_other_side_asks) {
  start_hook("retry: {base: 10ms}");
  target_.decide([](const Received&) {
    return net::HttpAnswer{.status = 503, .headers = {{"Retry-After", "60"}}};
  });
  say("later");
  ASSERT_TRUE(soon([&] { return exit("hook").retries == 1; }));
  EXPECT_EQ(exit("hook").next_attempt_ns, clock_.wall_ns() + 60 * kNsPerSec);
  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  EXPECT_EQ(target_.count(), 2u);
}

TEST_F(DeliveryTest, a_refused_credential_keeps_the_event_and_counts_no_attempt) {
  start_hook();
  target_.always(401);
  const tunnel::Seq seq = say("keep me");
  ASSERT_TRUE(eventually([&] { return target_.count() >= 3; }, 200));
  const ExitStatus status = exit("hook");
  EXPECT_EQ(status.state, "waiting");
  EXPECT_THAT(status.problem, HasSubstr("401"));
  EXPECT_GE(status.retries, 2u);
  EXPECT_TRUE(letters("hook").empty());
  for (const tunnel::Attempt& attempt : attempts(seq, 1)) {
    EXPECT_EQ(attempt.verdict, "misconfigured");
    EXPECT_EQ(attempt.number, 1u);
  }
  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  EXPECT_EQ(exit("hook").delivered, 1u);
  EXPECT_EQ(exit("hook").state, "running");
}

TEST_F(DeliveryTest, an_address_that_is_not_found_keeps_the_event_when_no_event_chose_it) {
  start_hook();
  target_.answer({404});
  say("whose fault");
  ASSERT_TRUE(eventually([&] { return exit("hook").state == "waiting"; }, 0));
  EXPECT_TRUE(letters("hook").empty());
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 200));
  EXPECT_EQ(exit("hook").delivered, 1u);
}

TEST_F(DeliveryTest, a_head_that_failed_five_times_lets_the_next_pass_and_is_parked) {
  start_hook("retry: {base: 100ms, cap: 1s}");
  target_.decide([](const Received& request) {
    return net::HttpAnswer{.status = request.body.find("ill") == std::string::npos ? 200 : 503};
  });
  say("ill");
  say("well");
  say("too");
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 2; }));
  EXPECT_EQ(exit("hook").parked, 1u);
  EXPECT_GT(exit("hook").behind, 0u);  // Parked is pending, not done.
  std::vector<std::string> messages = target_.messages();
  ASSERT_GT(messages.size(), 5u);
  messages.resize(5);
  EXPECT_THAT(messages, Each("ill"));

  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 200));
  EXPECT_EQ(exit("hook").parked, 0u);
  EXPECT_EQ(exit("hook").delivered, 3u);
  EXPECT_EQ(exit("hook").dead, 0u);
}

TEST_F(DeliveryTest, events_that_always_fail_do_not_jam_a_quiet_exit) {
  start_hook();
  target_.decide([](const Received& received) {
    const bool is_poison = received.body.find("poison") != std::string::npos;
    return net::HttpAnswer{.status = is_poison ? 500 : 200};
  });
  say("poison one");
  say("poison two");
  // Nothing in between succeeds: the breaker opens, and only probes go out.
  ASSERT_TRUE(eventually([&] { return target_.count() >= 14; }, 1'000));
  EXPECT_EQ(exit("hook").state, "waiting");
  say("wholesome");
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 1; }, 10'000));
  EXPECT_EQ(exit("hook").parked, 2u);
  EXPECT_TRUE(letters("hook").empty());
}

TEST_F(DeliveryTest, in_strict_order_nothing_passes_a_failing_head) {
  start_hook("order: strict, retry: {base: 10ms, cap: 100ms}");
  target_.answer({503, 503, 503, 503, 503, 503, 503});
  say("ill");
  say("well");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  std::vector<std::string> expected(8, "ill");
  expected.push_back("well");
  EXPECT_EQ(target_.messages(), expected);
}

TEST_F(DeliveryTest, without_order_several_requests_are_in_flight_but_no_more_than_allowed) {
  start_hook("order: none, in_flight: 4");
  target_.hold();
  for (int i = 0; i < 6; ++i) say("number " + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return target_.held() == 4; }));
  EXPECT_EQ(exit("hook").in_flight, 4u);
  target_.release();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(exit("hook").delivered, 6u);
  EXPECT_EQ(target_.count(), 6u);
}

TEST_F(DeliveryTest, a_dead_exit_and_one_that_never_answers_delay_no_other) {
  std::string nobody;
  {
    Target gone;
    nobody = gone.url();
  }
  Target silent;
  silent.hold();
  start("exits:\n  dead: {type: webhook, url: '" + nobody + "'}\n" + webhook("silent", silent) +
        webhook("hook", target_) + "rules:\n  - {to: [dead, silent, hook]}\n");
  for (int i = 0; i < 10; ++i) say("number " + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(exit("hook").delivered, 10u);
  ASSERT_TRUE(eventually([&] { return !exit("dead").problem.empty(); }));
  EXPECT_EQ(exit("dead").delivered + exit("dead").dead, 0u);
  EXPECT_GE(exit("dead").behind, 10u);
  EXPECT_EQ(exit("silent").in_flight, 1u);
}

TEST_F(DeliveryTest, an_exit_is_done_with_events_that_no_rule_sends_to_it) {
  start("exits:\n" + webhook("hook", target_) +
        "rules:\n  - {when: 'event.kind == \"urn:a\"', to: hook}\n");
  append("test", R"({"message":"one","kind":"urn:b"})"
                 "\n"
                 R"({"message":"two","kind":"urn:a"})"
                 "\n"
                 R"({"message":"three","kind":"urn:b"})");
  say("four");
  ASSERT_TRUE(eventually([&] { return is_settled() && exit("hook").filtered == 3; }));
  EXPECT_THAT(target_.messages(), ElementsAre("two"));
  EXPECT_THAT(metrics_->render(), HasSubstr("tt_events_unrouted_total 3"));
}

TEST_F(DeliveryTest, a_refused_batch_is_halved_until_the_guilty_event_stands_alone) {
  start_hook("format: ndjson, batch: {events: 8}");
  target_.decide([](const Received& request) {
    return net::HttpAnswer{.status = request.body.find("guilty") == std::string::npos ? 200 : 400};
  });
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  for (const char* message : {"a", "b", "c", "d", "guilty", "e", "f", "g"}) say(message);
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(testing::messages_of(target_.received().front().body).size(), 8u);
  std::vector<std::string> delivered;
  for (const Received& one : target_.received())
    for (const std::string& message : testing::messages_of(one.body))
      if (one.body.find("guilty") == std::string::npos) delivered.push_back(message);
  EXPECT_THAT(delivered, ElementsAre("a", "b", "c", "d", "e", "f", "g"));
  ASSERT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(testing::message_of(letters("hook")[0].event_json), "guilty");
}

TEST_F(DeliveryTest, a_batch_that_is_not_full_waits_for_more) {
  start_hook("format: ndjson, batch: {events: 3, wait: 1m}");
  say("one");
  say("two");
  ASSERT_TRUE(soon([&] { return exit("hook").position > 0; }));
  EXPECT_EQ(target_.count(), 0u);
  say("three");  // Full: the wait is over though the clock stands still.
  ASSERT_TRUE(soon([&] { return target_.count() == 1; }));
  EXPECT_THAT(testing::messages_of(target_.received()[0].body), ElementsAre("one", "two", "three"));
  say("four");
  ASSERT_TRUE(eventually([&] { return target_.count() == 2; }, 1'000));
  EXPECT_THAT(testing::messages_of(target_.received()[1].body), ElementsAre("four"));
}

TEST_F(DeliveryTest, a_paused_exit_gets_nothing_until_it_is_resumed) {
  Target other;
  start("exits:\n" + webhook("hook", target_) + webhook("other", other) +
        "rules:\n  - {to: [hook, other]}\n");
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("wait for me");
  ASSERT_TRUE(eventually([&] { return is_settled("other"); }));
  EXPECT_EQ(exit("hook").state, "paused");
  EXPECT_EQ(exit("hook").in_flight, 0u);
  EXPECT_EQ(target_.count(), 0u);
  EXPECT_THAT(metrics_->render(), HasSubstr("tt_exit_behind_events{exit=\"hook\"} 1"));
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("wait for me"));
  EXPECT_EQ(daemon_->pause("nobody", true).error().code, Code::kReject);
}

TEST_F(DeliveryTest, the_rate_of_an_exit_spreads_its_requests) {
  start_hook("rate: 1/m");
  say("one");
  say("two");
  ASSERT_TRUE(soon([&] { return exit("hook").delivered == 1; }));
  EXPECT_EQ(exit("hook").in_flight, 0u);
  clock_.advance_ns(30 * kNsPerSec);
  EXPECT_EQ(exit("hook").in_flight + exit("hook").delivered, 1u);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  EXPECT_EQ(target_.count(), 2u);
}

TEST_F(DeliveryTest, what_leaves_is_rewritten_by_rule_and_exit_and_what_is_stored_is_not) {
  start("exits:\n" + webhook("hook", target_, "set: {team: ops}, unset: [secret]") +
        "rules:\n  - {set: {message: '{{ event.message }}!'}, to: hook}\n");
  append("test", R"({"message":"hello","secret":"x"})");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  const std::string body = target_.received().front().body;
  EXPECT_EQ(testing::message_of(body), "hello!");
  EXPECT_THAT(body, HasSubstr(R"("team":"ops")"));
  EXPECT_THAT(body, ::testing::Not(HasSubstr("secret")));
  const auto batch = daemon_->tunnel().scan(0)->next(1 << 20);
  ASSERT_TRUE(batch.ok() && *batch);
  const std::string stored((*batch)->events()[0].event.json);
  EXPECT_EQ(testing::message_of(stored), "hello");
  EXPECT_THAT(stored, HasSubstr("secret"));
}

}  // namespace
}  // namespace tt::pipeline
