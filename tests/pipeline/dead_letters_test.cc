// Dead letters: what an exit will not take is kept whole, and can be sent again.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Received;
using ::testing::StartsWith;
using testing::Target;
using testing::webhook;

class DeadLettersTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = "") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  /// An event that the target refuses, until its letter is there.
  tunnel::Seq refused(const std::string& message) {
    target_.answer({400});
    const tunnel::Seq seq = say(message);
    EXPECT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
    return seq;
  }
  Target target_;
};

TEST_F(DeadLettersTest, a_refused_event_becomes_a_letter_with_request_and_answer) {
  start_hook("headers: {X-Key: sesame-open}, auth: {bearer: hidden-token}");
  const tunnel::Seq seq = refused("no thanks");
  ASSERT_EQ(letters("hook").size(), 1u);
  const tunnel::DeadLetter letter = letters("hook")[0];
  EXPECT_EQ(letter.seq, seq);
  EXPECT_EQ(letter.reason, "rejected");
  EXPECT_EQ(letter.status, 400);
  EXPECT_EQ(letter.attempts, 1u);
  EXPECT_EQ(letter.entry, "test");
  EXPECT_THAT(letter.request, HasSubstr("POST " + target_.url()));
  EXPECT_THAT(letter.request, HasSubstr("no thanks"));
  EXPECT_THAT(letter.request, Not(HasSubstr("hidden-token")));
  EXPECT_EQ(letter.answer, "said 400");
  EXPECT_EQ(testing::message_of(letter.event_json), "no thanks");
  EXPECT_EQ(exit("hook").dead, 1u);
  EXPECT_EQ(exit("hook").delivered, 0u);
}

TEST_F(DeadLettersTest, an_address_made_of_the_event_and_not_found_is_the_events_fault) {
  start("exits:\n  hook: {type: webhook, url: '" + target_.url("/in/{{ event.message }}") +
        "'}\nrules:\n  - {to: hook}\n");
  target_.answer({404});
  say("nowhere");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }));
  EXPECT_EQ(letters("hook")[0].status, 404);
  EXPECT_EQ(target_.received()[0].path, "/in/nowhere");
}

TEST_F(DeadLettersTest, a_hole_that_fails_in_an_address_makes_a_letter_and_no_request) {
  start("exits:\n  hook: {type: webhook, url: '" + target_.url("/in/{{ event.missing }}") +
        "'}\nrules:\n  - {to: hook}\n");
  say("where to");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }));
  EXPECT_EQ(letters("hook")[0].reason, "template");
  // The reason stands beside the error wherever it is shown.
  EXPECT_THAT(letters("hook")[0].error, StartsWith("{{ event.missing }}: "));
  EXPECT_EQ(target_.count(), 0u);
  ASSERT_TRUE(daemon_->retry_dead("hook", {letters("hook")[0].number}).ok());
  EXPECT_THAT(letters("hook")[0].error, StartsWith("{{ event.missing }}: "));
}

TEST_F(DeadLettersTest, what_is_older_than_expire_is_not_sent_any_more) {
  start_hook("expire: 10s");
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("stale");
  clock_.advance_ns(11 * kNsPerSec);
  say("fresh");
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(soon([&] { return exit("hook").delivered == 1 && exit("hook").dead == 1; }));
  EXPECT_EQ(letters("hook")[0].reason, "expired");
  EXPECT_THAT(target_.messages(), ::testing::ElementsAre("fresh"));
}

TEST_F(DeadLettersTest, an_event_that_fails_for_longer_than_max_age_is_given_up) {
  start_hook("retry: {base: 10s, cap: 10s, max_age: 1s}");
  target_.always(503);
  say("hopeless");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }, 200));
  const tunnel::DeadLetter letter = letters("hook")[0];
  EXPECT_EQ(letter.reason, "exhausted");
  EXPECT_EQ(letter.attempts, target_.count());
}

TEST_F(DeadLettersTest, a_refusal_ends_the_problem_of_the_outage_before_it) {
  start_hook("retry: {base: 10ms, cap: 10ms}");
  target_.always(503);
  say("first the exit is ill, then it refuses");
  ASSERT_TRUE(soon([&] { return exit("hook").problem != ""; }));
  target_.always(400);
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }));
  EXPECT_EQ(exit("hook").problem, "");
}

TEST_F(DeadLettersTest, a_letter_that_is_delivered_ends_the_problem_that_it_is_about) {
  start_hook("retry: {base: 10s, cap: 10s, max_age: 1s}");
  target_.always(503);
  say("exhausted");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }, 200));
  EXPECT_NE(exit("hook").problem, "");
  target_.always(200);
  ASSERT_TRUE(daemon_->retry_dead("hook", {letters("hook")[0].number}).ok());
  EXPECT_EQ(exit("hook").problem, "");
}

TEST_F(DeadLettersTest, a_letter_sent_again_is_delivered_removed_and_noted_as_an_attempt) {
  start_hook();
  const tunnel::Seq seq = refused("second chance");
  const auto retried = daemon_->retry_dead("hook", {letters("hook")[0].number});
  ASSERT_TRUE(retried.ok()) << retried.error().text;
  EXPECT_EQ(retried->delivered, 1u);
  EXPECT_TRUE(letters("hook").empty());
  const std::vector<Received> received = target_.received();
  ASSERT_EQ(received.size(), 2u);
  EXPECT_EQ(received[1].header("webhook-id"), id_of(seq));
  EXPECT_EQ(received[1].body, received[0].body);
  const std::vector<tunnel::Attempt> noted = attempts(seq, 2);
  ASSERT_EQ(noted.size(), 2u);
  EXPECT_EQ(noted[0].verdict, "rejected");
  EXPECT_EQ(noted[1].verdict, "delivered");
  EXPECT_EQ(noted[1].number, 2u);
}

TEST_F(DeadLettersTest, a_letter_that_is_refused_again_stays) {
  start_hook();
  refused("never");
  target_.answer({422});
  const auto retried = daemon_->retry_dead("hook", {letters("hook")[0].number});
  ASSERT_TRUE(retried.ok());
  EXPECT_EQ(retried->delivered, 0u);
  EXPECT_THAT(retried->refused, HasSubstr("letter 1: HTTP 422"));
  EXPECT_EQ(letters("hook").size(), 1u);
}

TEST_F(DeadLettersTest, of_many_letters_those_that_are_gone_are_passed_over) {
  start_hook();
  refused("one");
  refused("two");
  const auto all = letters("hook");
  ASSERT_EQ(all.size(), 2u);
  ASSERT_TRUE(daemon_->tunnel().dead_letters().remove("hook", all[0].number).ok());
  const auto retried = daemon_->retry_dead("hook", {all[0].number, all[1].number});
  ASSERT_TRUE(retried.ok());
  EXPECT_EQ(retried->delivered, 1u);
  EXPECT_FALSE(daemon_->retry_dead("hook", {all[0].number}).ok());
}

TEST_F(DeadLettersTest, no_cursor_passes_an_event_whose_letter_found_no_room) {
  start_hook();
  memory_.fail_always(MemoryDisk::Op::kCreateDirectories, retry("no space left"));
  target_.answer({400});
  say("refused");
  ASSERT_TRUE(eventually([&] { return exit("hook").problem == "no space left"; }));
  EXPECT_EQ(exit("hook").behind, 1u);
  EXPECT_EQ(exit("hook").dead, 0u);
  memory_.heal();
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  EXPECT_EQ(letters("hook").size(), 1u);
}

TEST_F(DeadLettersTest, letters_survive_a_restart_and_are_not_tried_by_themselves) {
  start_hook();
  refused("kept");
  stop();
  start_hook();
  say("next");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  EXPECT_THAT(target_.messages(), ::testing::ElementsAre("kept", "next"));
  ASSERT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(testing::message_of(letters("hook")[0].event_json), "kept");
}

TEST_F(DeadLettersTest, a_letter_that_fails_again_shows_the_newest_attempt_after_a_restart_too) {
  start_hook();
  refused("stubborn");
  const tunnel::DeadLetter before = letters("hook")[0];
  clock_.advance_ns(60 * kNsPerSec);
  target_.answer({422});
  const auto retried = daemon_->retry_dead("hook", {before.number});
  ASSERT_TRUE(retried.ok());
  EXPECT_EQ(retried->delivered, 0u);
  for (int life = 0; life < 2; ++life) {
    const tunnel::DeadLetter after = letters("hook")[0];
    EXPECT_EQ(after.number, before.number);
    EXPECT_EQ(after.attempts, 2u);
    EXPECT_EQ(after.status, 422);
    EXPECT_EQ(after.answer, "said 422");
    EXPECT_EQ(after.first_ns, before.first_ns);
    EXPECT_GE(after.last_ns, before.last_ns + 60 * kNsPerSec);
    EXPECT_EQ(after.event_json, before.event_json);
    stop();
    start_hook();
  }
}

TEST_F(DeadLettersTest, a_changed_event_goes_under_the_same_id_and_the_original_stays) {
  start_hook();
  const tunnel::Seq seq = refused("wrong");
  const tunnel::DeadLetter letter = letters("hook")[0];
  target_.answer({400});
  auto sent = daemon_->retry_edited("hook", letter.number, R"({"message":"still wrong"})");
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent->verdict.kind, portals::VerdictKind::kRejected);
  ASSERT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(letters("hook")[0].event_json, letter.event_json);
  EXPECT_EQ(letters("hook")[0].attempts, 2u);
  sent = daemon_->retry_edited("hook", letter.number, R"({"message":"right"})");
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent->verdict.kind, portals::VerdictKind::kDelivered);
  EXPECT_THAT(target_.messages(), ::testing::ElementsAre("wrong", "still wrong", "right"));
  EXPECT_EQ(target_.received()[2].header("webhook-id"), id_of(seq));
  EXPECT_TRUE(letters("hook").empty());
}

TEST_F(DeadLettersTest, an_edit_is_on_record_with_the_fields_that_were_changed) {
  watches_itself_ = true;
  Target records;
  start("exits:\n" + webhook("hook", target_) + webhook("audit", records) +
        "rules:\n  - {when: 'event.message == \"wrong\"', to: hook}\n"
        "  - {when: 'event.kind == \"urn:time-tunnel:audit:edit\"', to: audit}\n");
  target_.answer({400});
  append("test",
         R"({"timestamp":"2026-01-31T12:00:00Z","message":"wrong","kept":1,"gone":2,"pad":")" +
             std::string(1000, 'x') + "\"}");
  ASSERT_TRUE(eventually([&] { return letters("hook").size() == 1; }));
  ASSERT_TRUE(daemon_
                  ->retry_edited("hook", letters("hook")[0].number,
                                 R"({"timestamp":"2026-01-31T12:00:00Z","message":"right",)"
                                 R"("kept":1,"new":3,"pad":""})")
                  .ok());
  ASSERT_TRUE(eventually([&] { return records.count() == 1; }));
  EXPECT_THAT(records.messages()[0], HasSubstr("changed: message, gone, pad, new; it was {"));
}

TEST_F(DeadLettersTest, what_is_no_event_is_not_sent_in_the_place_of_one) {
  start_hook();
  refused("kept");
  const std::uint64_t number = letters("hook")[0].number;
  for (const char* text : {"", "{", "[]", "{}", R"({"message":""})",
                           R"([{"message":"a"},{"message":"b"}])", R"({"message":5})"}) {
    EXPECT_FALSE(daemon_->retry_edited("hook", number, text).ok()) << text;
  }
  EXPECT_FALSE(daemon_->retry_edited("hook", number + 1, R"({"message":"m"})").ok());
  EXPECT_EQ(target_.count(), 1u);
  EXPECT_EQ(letters("hook")[0].attempts, 1u);
}

TEST_F(DeadLettersTest, a_gap_has_no_event_to_send_and_stops_no_other_letter) {
  start_hook();
  const auto gap = daemon_->tunnel().dead_letters().append(
      {.exit = "hook", .seq = 1, .last_seq = 2, .reason = "gap"});
  ASSERT_TRUE(gap.ok());
  refused("sent");
  const auto all = letters("hook");
  ASSERT_EQ(all.size(), 2u);
  const auto report = daemon_->retry_dead("hook", {all[0].number, all[1].number});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->tried, 1u);
  EXPECT_EQ(report->delivered, 1u);
  const auto alone = daemon_->retry_dead("hook", {*gap});
  ASSERT_FALSE(alone.ok());
  EXPECT_THAT(alone.error().text, HasSubstr("nothing to send"));
  const auto dropped = daemon_->drop_dead("hook", {*gap, *gap + 100});
  ASSERT_TRUE(dropped.ok());
  EXPECT_EQ(*dropped, 1u);
  EXPECT_TRUE(letters("hook").empty());
}

TEST_F(DeadLettersTest, an_exit_that_is_not_there_ends_a_retry_and_says_so) {
  start_hook();
  refused("one");
  refused("two");
  const auto all = letters("hook");
  target_.answer({503});
  const auto report = daemon_->retry_dead("hook", {all[0].number, all[1].number});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->tried, 1u);
  EXPECT_EQ(report->last, all[0].number);
  EXPECT_THAT(report->problem, HasSubstr("503"));
  EXPECT_EQ(target_.count(), 3u);
}

}  // namespace
}  // namespace tt::pipeline
