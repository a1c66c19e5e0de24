// Alerts: whatever fails, an exit in tunnel order gets the events of one alert in their order.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "pipeline/daemon_fixture.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::messages_of;
using testing::Received;
using testing::Target;
using testing::webhook;

constexpr char kQuick[] = "retry: {base: 100ms, cap: 1s}";

std::string event_of(const std::string& message, const std::string& alert) {
  return "{\"message\":\"" + message + "\",\"alert_key\":\"" + alert + "\"}\n";
}

class OpenAlertsTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = kQuick) {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  tunnel::Seq tell(const std::string& message, const std::string& alert) {
    return append("test", event_of(message, alert));
  }
  /// Requests with one of these messages are answered so, all others 200.
  void ill(std::vector<std::string> messages, int status = 503) {
    target_.decide([=](const Received& request) {
      const std::vector<std::string> all = messages_of(request.body);
      const bool is_ill = std::any_of(messages.begin(), messages.end(), [&](const auto& message) {
        return std::find(all.begin(), all.end(), message) != all.end();
      });
      return net::HttpAnswer{.status = is_ill ? status : 200};
    });
  }
  /// Paused until all of it is stored, so that it is read at once.
  tunnel::Seq append_all(const std::string& ndjson) {
    EXPECT_TRUE(daemon_->pause("hook", true).ok());
    const tunnel::Seq first = append("test", ndjson);
    EXPECT_TRUE(daemon_->pause("hook", false).ok());
    return first;
  }
  bool is_settled() { return exit("hook").behind == 0; }
  bool delivers(std::uint64_t count, std::int64_t step_ms = 200) {
    return static_cast<bool>(eventually([&] { return exit("hook").delivered == count; }, step_ms));
  }
  /// For longer than the exit waits between two attempts, more than once.
  void wait_a_while() {
    const std::size_t before = target_.count();
    ASSERT_TRUE(eventually([&] { return target_.count() >= before + 4; }, 200));
  }
  /// The messages in the order in which each came for the last time.
  std::vector<std::string> last_words() const {
    std::vector<std::string> all;
    for (const Received& one : target_.received())
      for (const std::string& message : messages_of(one.body)) {
        std::erase(all, message);
        all.push_back(message);
      }
    return all;
  }
  EventFate fate(tunnel::Seq seq) { return daemon_->fates(seq).front(); }
  Target target_;
};

TEST_F(OpenAlertsTest, the_end_of_an_alert_waits_for_its_beginning_and_others_go_past) {
  start_hook();
  ill({"fires"});
  const tunnel::Seq fires = tell("fires", "disk");
  say("no alert");
  const tunnel::Seq over = tell("is over", "disk");
  tell("another", "load");
  ASSERT_TRUE(delivers(2));
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_EQ(exit("hook").delivered, 2u);
  EXPECT_EQ(exit("hook").pending, 2u);
  EXPECT_EQ(exit("hook").parked, 2u);  // "another" has passed both.
  EXPECT_EQ(fate(over).state, EventFate::State::kParked);
  EXPECT_EQ(fate(over).waits_for, id_of(fires));
  EXPECT_EQ(fate(fires).waits_for, "");

  target_.always(200);
  ASSERT_TRUE(delivers(4));
  EXPECT_THAT(last_words(), ElementsAre("no alert", "another", "fires", "is over"));
  EXPECT_EQ(exit("hook").parked, 0u);
  EXPECT_EQ(exit("hook").behind, 0u);
}

TEST_F(OpenAlertsTest, an_alert_that_fails_holds_no_other_alert) {
  constexpr std::int64_t kLongMs = 5'000;  // Two that fail in a row open the breaker.
  start_hook();
  ill({"a fires", "b fires"});
  tell("a fires", "a");
  tell("b fires", "b");
  const tunnel::Seq a_over = tell("a is over", "a");
  const tunnel::Seq b_over = tell("b is over", "b");
  tell("c fires", "c");
  tell("c is over", "c");
  ASSERT_TRUE(delivers(2, kLongMs));
  EXPECT_NE(fate(a_over).waits_for, "");

  ill({"b fires"});
  ASSERT_TRUE(delivers(4, kLongMs));
  EXPECT_NE(fate(b_over).waits_for, "");
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_EQ(exit("hook").delivered, 4u);

  target_.always(200);
  ASSERT_TRUE(delivers(6, kLongMs));
  EXPECT_THAT(last_words(),
              ElementsAre("c fires", "c is over", "a fires", "a is over", "b fires", "b is over"));
}

TEST_F(OpenAlertsTest, what_waited_is_in_order_behind_what_held_it) {
  start_hook();
  ill({"fires"});
  tell("fires", "disk");
  tell("fires again", "disk");
  tell("is over", "disk");
  say("other");
  tell("fires anew", "disk");
  ASSERT_TRUE(delivers(1));
  // Free, and failing: a head like any other. "next" goes past it after five failures, not before.
  ill({"fires again"});
  ASSERT_TRUE(delivers(2));
  say("next");
  ASSERT_TRUE(delivers(3));
  const auto times = [&](const std::string& message) {
    const std::vector<std::string> all = target_.messages();
    const auto next = std::find(all.begin(), all.end(), "next");
    return std::count(all.begin(), next, message);
  };
  EXPECT_EQ(times("fires again"), static_cast<std::ptrdiff_t>(kParkAfterAttempts));
  EXPECT_EQ(times("is over"), 0);
  target_.always(200);
  ASSERT_TRUE(delivers(6));
  EXPECT_THAT(last_words(),
              ElementsAre("other", "fires", "next", "fires again", "is over", "fires anew"));
}

TEST_F(OpenAlertsTest, a_dead_letter_lets_those_go_that_waited_for_its_event) {
  for (const std::string reason : {"rejected", "exhausted"}) {
    SCOPED_TRACE(reason);
    start_hook("retry: {base: 100ms, cap: 1s, max_age: 10s}");
    ill({"fires"});
    tell("fires", "disk");
    say("other");
    tell("is over", "disk");
    ASSERT_TRUE(delivers(1));
    EXPECT_EQ(exit("hook").dead, 0u);
    if (reason == "rejected") ill({"fires"}, 400);
    // Others that arrive keep the exit from being taken for dead, which would stop the event's age.
    ASSERT_TRUE(eventually(
        [&] {
          say("other");
          return exit("hook").dead == 1;
        },
        200));
    ASSERT_TRUE(eventually([&] { return is_settled(); }));
    EXPECT_EQ(letters("hook").back().reason, reason);
    const std::vector<std::string> words = last_words();
    EXPECT_EQ(std::count(words.begin(), words.end(), "is over"), 1);
    EXPECT_LT(std::find(words.begin(), words.end(), "fires"),
              std::find(words.begin(), words.end(), "is over"));
    EXPECT_EQ(exit("hook").dead, 1u);
    stop();
  }
}

// A crash would bring the event back, behind the end of its alert.
TEST_F(OpenAlertsTest, a_letter_without_room_holds_its_alert_alone) {
  start_hook();
  ill({"fires"}, 400);
  memory_.set_free_bytes(1ull << 40);
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  tell("fires", "disk");
  tell("is over", "disk");
  say("other");
  memory_.set_free_bytes(0);
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(delivers(1));
  EXPECT_THAT(target_.messages(), ElementsAre("fires", "other"));
  memory_.set_free_bytes(1ull << 40);
  ASSERT_TRUE(delivers(2));
  EXPECT_THAT(target_.messages(), ElementsAre("fires", "other", "is over"));
  EXPECT_EQ(exit("hook").dead, 1u);
}

TEST_F(OpenAlertsTest, a_restart_keeps_the_order_of_what_was_held) {
  start_hook();
  ill({"fires"});
  tell("fires", "disk");
  say("other");
  tell("is over", "disk");
  say("another");
  ASSERT_TRUE(delivers(2));
  stop();
  start_hook();
  say("third");
  ASSERT_TRUE(delivers(1));
  EXPECT_EQ(exit("hook").pending, 2u);
  ill({"is over"});
  ASSERT_TRUE(delivers(2));
  // The beginning has arrived, the end has not.
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  stop();
  start_hook();
  tell("fires anew", "disk");
  say("fourth");
  ASSERT_TRUE(delivers(1));
  target_.always(200);
  ASSERT_TRUE(delivers(3));
  EXPECT_THAT(last_words(),
              ElementsAre("other", "another", "third", "fires", "fourth", "is over", "fires anew"));
}

TEST_F(OpenAlertsTest, of_a_batch_only_events_of_the_failing_alert_wait) {
  start_hook("format: ndjson, batch: {events: 4}, retry: {base: 100ms, cap: 1s}");
  ill({"fires"});
  append_all(event_of("fires", "disk") + event_of("b", "b") + event_of("c", "c") +
             event_of("d", "d") + event_of("e", "e") + event_of("f", "f") +
             event_of("is over", "disk") + event_of("h", "h") + event_of("c is over", "c") +
             event_of("j", "j") + event_of("k", "k") + event_of("l", "l") +
             event_of("j again", "j"));
  ASSERT_TRUE(delivers(7));
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_EQ(exit("hook").delivered, 7u);
  EXPECT_EQ(exit("hook").pending, 6u);
  std::vector<std::vector<std::string>> passed;
  for (const Received& one : target_.received())
    if (const auto all = messages_of(one.body); all.front() != "fires") passed.push_back(all);
  EXPECT_THAT(passed, ElementsAre(ElementsAre("e", "f"), ElementsAre("h"),
                                  ElementsAre("j", "k", "l"), ElementsAre("j again")));
  target_.always(200);
  ASSERT_TRUE(delivers(13));
  EXPECT_THAT(last_words(), ElementsAre("e", "f", "h", "j", "k", "l", "j again", "fires", "b", "c",
                                        "d", "is over", "c is over"));
}

TEST_F(OpenAlertsTest, a_long_list_of_held_events_is_bounded_and_then_all_wait) {
  constexpr std::size_t kEvents = kParkedEventsMax + 50;
  start_hook();
  ill({"fires"});
  std::string all = event_of("fires", "disk");
  for (std::size_t i = 0; i < kEvents; ++i) all += event_of("again " + std::to_string(i), "disk");
  const tunnel::Seq first = append_all(all + event_of("other", "load"));
  const tunnel::Seq full = first + kParkedEventsMax;
  ASSERT_TRUE(eventually([&] { return exit("hook").position >= full; }, 200));
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  // "fires" and those held are all that there is room for.
  EXPECT_EQ(exit("hook").position, full);
  EXPECT_EQ(exit("hook").delivered, 0u);
  EXPECT_EQ(exit("hook").pending, kEvents + 2);
  EXPECT_LT(exit("hook").held_bytes, 2u << 20);
  target_.always(200);
  ASSERT_TRUE(delivers(kEvents + 2));
  std::vector<std::string> expected{"fires"};
  for (std::size_t i = 0; i < kEvents; ++i) expected.push_back("again " + std::to_string(i));
  expected.push_back("other");
  EXPECT_EQ(last_words(), expected);
}

// The exit is not down: others were delivered past the one that fails.
TEST_F(OpenAlertsTest, an_alert_that_leaves_no_room_for_others_ends_at_its_max_age) {
  start_hook("retry: {base: 100ms, cap: 1s, max_age: 10s}");
  ill({"fires"});
  std::string all = event_of("fires", "disk") + event_of("other", "load");
  for (std::size_t i = 0; i < kParkedEventsMax; ++i) all += event_of("again", "disk");
  append_all(all + event_of("another", "load"));
  ASSERT_TRUE(delivers(1));
  ASSERT_TRUE(delivers(kParkedEventsMax + 2, 5'000));
  EXPECT_EQ(exit("hook").dead, 1u);
  EXPECT_EQ(letters("hook").back().reason, "exhausted");
  EXPECT_EQ(exit("hook").behind, 0u);
}

TEST_F(OpenAlertsTest, large_held_events_are_bounded_by_their_bytes) {
  start_hook();
  ill({"fires"});
  std::string all = event_of("fires", "disk");
  constexpr std::size_t kEvents = 400, kBytes = 60'000;
  for (std::size_t i = 0; i < kEvents; ++i)
    all += event_of(std::to_string(i) + std::string(kBytes, 'x'), "disk");
  const tunnel::Seq first = append_all(all);
  ASSERT_TRUE(eventually([&] { return exit("hook").held_bytes >= kExitHeldBytesMax; }, 200));
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_LT(exit("hook").held_bytes, kExitHeldBytesMax + 2 * kBytes);
  EXPECT_LT(exit("hook").position, first + kEvents);
  target_.always(200);
  ASSERT_TRUE(delivers(kEvents + 1));
}

TEST_F(OpenAlertsTest, the_alert_is_the_one_that_the_exit_gets) {
  start("exits:\n" + webhook("hook", target_, kQuick) +
        "rules:\n  - {set: {alert_key: '{{ event.host }}'}, to: hook}\n");
  ill({"fires"});
  append("test", R"({"message":"fires","host":"db"})");
  append("test", R"({"message":"other","host":"web"})");
  append("test", R"({"message":"is over","host":"db"})");
  append("test", R"({"message":"another","host":"web"})");
  ASSERT_TRUE(delivers(2));
  target_.always(200);
  ASSERT_TRUE(delivers(4));
  EXPECT_THAT(last_words(), ElementsAre("other", "another", "fires", "is over"));
}

TEST_F(OpenAlertsTest, a_reload_leaves_what_is_held_in_its_order) {
  start_hook();
  ill({"fires"});
  tell("fires", "disk");
  tell("is over", "disk");
  say("other");
  ASSERT_TRUE(delivers(1));
  const auto changed = [&](const std::string& order) {
    return "exits:\n" + webhook("hook", target_, "timeout: 9s, order: " + order + ", " + kQuick) +
           "rules:\n  - {to: hook}\n";
  };
  ASSERT_TRUE(reload(changed("tunnel")).ok);
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  ASSERT_TRUE(reload(changed("strict")).ok);
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_EQ(exit("hook").delivered, 1u);
  // Who wants no order gets none.
  ASSERT_TRUE(reload(changed("none")).ok);
  ASSERT_TRUE(delivers(2));
  EXPECT_EQ(exit("hook").pending, 1u);
  target_.always(200);
  ASSERT_TRUE(delivers(3));
}

TEST_F(OpenAlertsTest, what_is_held_goes_as_the_rules_said_when_its_turn_came) {
  const auto by = [&](const std::string& field) {
    return "exits:\n" + webhook("hook", target_, kQuick) +
           "rules:\n  - {set: {alert_key: '{{ event." + field + " }}'}, to: hook}\n";
  };
  start(by("host"));
  ill({"fires"});
  append("test", R"({"message":"fires","host":"db","team":"a"})");
  append("test", R"({"message":"other","host":"web","team":"b"})");
  append("test", R"({"message":"is over","host":"db","team":"c"})");
  ASSERT_TRUE(delivers(1));
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  ASSERT_TRUE(reload(by("team")).ok);
  append("test", R"({"message":"new","host":"db","team":"d"})");
  ASSERT_TRUE(delivers(2));
  target_.always(200);
  ASSERT_TRUE(delivers(4));
  EXPECT_THAT(last_words(), ElementsAre("other", "new", "fires", "is over"));
  EXPECT_THAT(target_.received().back().body, HasSubstr(R"("alert_key":"db")"));
}

TEST_F(OpenAlertsTest, without_order_an_alert_holds_nothing) {
  start_hook("order: none, in_flight: 1, retry: {base: 100ms, cap: 1s}");
  ill({"fires"});
  tell("fires", "disk");
  tell("is over", "disk");
  ASSERT_TRUE(delivers(1));
  EXPECT_EQ(exit("hook").pending, 1u);
}

TEST_F(OpenAlertsTest, in_strict_order_all_wait_as_ever) {
  start_hook("order: strict, retry: {base: 100ms, cap: 1s}");
  ill({"fires"});
  tell("fires", "disk");
  tell("is over", "disk");
  say("other");
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  ASSERT_NO_FATAL_FAILURE(wait_a_while());
  EXPECT_EQ(exit("hook").delivered, 0u);
  target_.always(200);
  ASSERT_TRUE(delivers(3));
  EXPECT_THAT(last_words(), ElementsAre("fires", "is over", "other"));
}

}  // namespace
}  // namespace tt::pipeline
