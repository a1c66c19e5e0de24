// Stop and start: deliveries are drained, cursors go on, nothing settled comes again.
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "net/raw_client.h"
#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using testing::Target;
using testing::webhook;

class RestartTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = "") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  bool is_settled() { return exit("hook").behind == 0; }
  Target target_;
};

TEST_F(RestartTest, a_start_goes_on_at_the_cursor_and_repeats_nothing) {
  start_hook();
  say("one");
  say("two");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  stop();
  start_hook();
  say("three");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(exit("hook").delivered, 1u);
}

TEST_F(RestartTest, events_stored_and_not_delivered_come_after_the_start) {
  start_hook();
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  const tunnel::Seq first = say("one");
  say("two");
  const std::string id = id_of(first);
  stop();
  EXPECT_EQ(target_.count(), 0u);
  start_hook();
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 2; }));
  EXPECT_THAT(target_.messages(), ElementsAre("one", "two"));
  EXPECT_EQ(target_.received()[0].header("webhook-id"), id);
}

// With a time for each wait the exit would have ten minutes of its own, and the test no patience.
TEST_F(RestartTest, all_waits_of_a_stop_share_one_time) {
  start("entries:\n  in: {type: http, path: /in}\nexits:\n" +
        webhook("hook", target_, "timeout: 10m") + "rules:\n  - {to: hook}\n");
  target_.hold();
  say("on its way");
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  net::testing::RawClient slow(address());
  slow.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_NE(slow.read_until("\r\n\r\n"), "") << "its body is waited for";
  std::thread stopping([&] { daemon_->stop(600'000); });
  EXPECT_TRUE(soon([&] { return !daemon_->is_ready(); }));
  clock_.advance_ns(601 * kNsPerSec);
  slow.close();
  stopping.join();
  target_.release();
}

TEST_F(RestartTest, a_stop_waits_for_the_answer_that_is_due) {
  start_hook();
  target_.hold();
  say("on its way");
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  std::thread stopping([&] { daemon_->stop(testing::kPatienceMs); });
  EXPECT_TRUE(soon([&] { return !daemon_->is_ready(); }));
  target_.release();
  stopping.join();
  daemon_.reset();
  start_hook();
  say("next");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("on its way", "next"));
}

TEST_F(RestartTest, what_was_gathered_while_an_answer_was_due_goes_before_the_stop) {
  start_hook("batch: {events: 10, wait: 0s}");
  target_.hold();
  say("on its way");
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  const tunnel::Seq seq = say("gathered");
  ASSERT_TRUE(
      soon([&] { return daemon_->fates(seq).front().state == EventFate::State::kGathered; }));
  std::thread stopping([&] { daemon_->stop(testing::kPatienceMs); });
  EXPECT_TRUE(soon([&] { return !daemon_->is_ready(); }));
  target_.release();
  stopping.join();
  EXPECT_EQ(target_.count(), 2u);
  daemon_.reset();
  start_hook();
  say("next");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("on its way", "gathered", "next"));
}

TEST_F(RestartTest, what_had_no_answer_when_the_grace_ended_is_sent_again) {
  start_hook();
  target_.hold();
  const tunnel::Seq seq = say("cut off");
  const std::string id = id_of(seq);
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  daemon_->stop(0);
  daemon_.reset();
  target_.release();
  start_hook();
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 1; }));
  EXPECT_THAT(target_.messages(), ElementsAre("cut off", "cut off"));
  for (const auto& one : target_.received()) EXPECT_EQ(one.header("webhook-id"), id);
}

TEST_F(RestartTest, what_was_gathered_when_the_grace_ended_goes_after_the_start) {
  start_hook("batch: {events: 10, wait: 0s}");
  target_.hold();
  say("on its way");
  ASSERT_TRUE(eventually([&] { return target_.held() == 1; }));
  const tunnel::Seq seq = say("gathered");
  ASSERT_TRUE(
      soon([&] { return daemon_->fates(seq).front().state == EventFate::State::kGathered; }));
  daemon_->stop(0);
  daemon_.reset();
  EXPECT_EQ(target_.count(), 1u);
  target_.release();
  start_hook();
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 2; }));
  EXPECT_THAT(target_.messages(), ElementsAre("on its way", "on its way", "gathered"));
}

TEST_F(RestartTest, a_parked_event_is_tried_again_and_those_that_passed_it_are_not) {
  start_hook("retry: {base: 10ms, cap: 100ms}");
  target_.decide([](const testing::Received& request) {
    return net::HttpAnswer{.status = request.body.find("ill") == std::string::npos ? 200 : 503};
  });
  say("ill");
  say("well");
  ASSERT_TRUE(eventually([&] { return exit("hook").parked == 1; }));
  stop();
  target_.always(200);
  const std::size_t before = target_.count();
  start_hook();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  std::vector<std::string> after = target_.messages();
  after.erase(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(after, ElementsAre("ill"));
}

TEST_F(RestartTest, a_power_cut_after_a_clean_stop_loses_no_event_and_no_place) {
  start_hook();
  say("delivered");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("pending");
  stop();
  memory_.crash();
  start_hook();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("delivered", "pending"));
}

TEST_F(RestartTest, requests_are_refused_once_a_stop_began) {
  start("entries:\n  in: {type: http, path: /in}\n");
  EXPECT_EQ(post("/in", R"({"message":"x"})").status, 202);
  EXPECT_TRUE(daemon_->is_ready());
  daemon_->stop(testing::kPatienceMs);
  EXPECT_FALSE(daemon_->is_ready());
  EXPECT_EQ(post("/in", R"({"message":"x"})").status, 0);
}

}  // namespace
}  // namespace tt::pipeline
