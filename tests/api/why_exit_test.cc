// What is concluded of an exit from cursor, attempts and letters, one fate after the other.
// SPDX-License-Identifier: Apache-2.0
#include "api/why_exit.h"

#include <gmock/gmock.h>

namespace tt::api {
namespace {

using pipeline::EventFate;
using State = EventFate::State;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr WallNs kNoon = 1'769'860'800'000'000'000;  // 2026-01-31T12:00:00Z

EventFate fate(State state) {
  EventFate made{.state = state, .exit = {}};
  made.exit.name = "hook";
  return made;
}

ExitStory only(const ExitFacts& facts) {
  const auto stories = stories_of(facts, {});
  EXPECT_EQ(stories.size(), 1u);
  return stories.empty() ? ExitStory{} : stories[0];
}

tunnel::Attempt attempt(const std::string& exit, const std::string& verdict) {
  return {.exit = exit,
          .seqs = {1},
          .generation = 2,
          .time_ns = kNoon,
          .verdict = verdict,
          .status = 200};
}

TEST(WhyExit, every_open_state_has_its_word) {
  const std::pair<State, const char*> words[] = {
      {State::kPending, "pending"},    {State::kGathered, "pending"},
      {State::kInFlight, "in flight"}, {State::kRetrying, "retrying"},
      {State::kParked, "parked"},      {State::kBurying, "dead"}};
  for (const auto& [state, word] : words) {
    const ExitStory story = only({.fates = {fate(state)}, .attempts = {}, .letters = {}});
    EXPECT_EQ(to_string(story.state), word);
  }
}

TEST(WhyExit, an_exit_that_began_later_says_so) {
  const ExitStory story = only({.fates = {fate(State::kBefore)}, .attempts = {}, .letters = {}});
  EXPECT_EQ(story.state, ExitState::kBefore);
  EXPECT_THAT(story.detail, HasSubstr("began after this event"));
}

TEST(WhyExit, a_failing_exit_says_what_fails_and_when_it_is_tried_again) {
  EventFate retrying = fate(State::kRetrying);
  retrying.exit.problem = "HTTP 503";
  retrying.next_attempt_ns = kNoon;
  const ExitStory story = only({.fates = {retrying}, .attempts = {}, .letters = {}});
  EXPECT_THAT(story.detail, HasSubstr("the exit fails: HTTP 503"));
  EXPECT_THAT(story.detail, HasSubstr("next attempt at 2026-01-31T12:00:00"));
}

TEST(WhyExit, of_a_file_it_is_not_said_that_it_answered) {
  EventFate file = fate(State::kDecided);
  file.exit.type = "file";
  const ExitStory story =
      only({.fates = {file}, .attempts = {attempt("hook", "delivered")}, .letters = {}});
  EXPECT_EQ(story.detail, "at 2026-01-31T12:00:00.000000Z, attempt 1, written");
  EXPECT_EQ(status_text("webhook", 200), "HTTP 200");
  EXPECT_EQ(status_text("email", 250), "SMTP 250");
  EXPECT_EQ(status_text("syslog", 413), "status 413");
  EXPECT_EQ(status_text("", 503), "HTTP 503");
  EXPECT_EQ(status_text("file", 0), "");
}

TEST(WhyExit, of_who_knows_no_statuses_none_is_told) {
  EventFate plugin = fate(State::kDecided);
  plugin.exit.type = "redis";
  tunnel::Attempt delivered = attempt("hook", "delivered");
  delivered.status = 0;
  const ExitStory story = only({.fates = {plugin}, .attempts = {delivered}, .letters = {}});
  EXPECT_EQ(story.detail, "at 2026-01-31T12:00:00.000000Z, attempt 1, acknowledged");
}

TEST(WhyExit, a_rate_that_holds_back_is_named) {
  EventFate held = fate(State::kPending);
  held.is_held_by_rate = true;
  held.ahead = 3;
  EXPECT_EQ(only({.fates = {held}, .attempts = {}, .letters = {}}).detail,
            "the exit's `rate` holds it back; 3 events come before it");
}

TEST(WhyExit, what_waits_for_another_event_of_its_alert_names_it) {
  EventFate held = fate(State::kParked);
  held.waits_for = "01ab-7";
  held.exit.problem = "HTTP 503";
  const ExitStory story = only({.fates = {held}, .attempts = {}, .letters = {}});
  EXPECT_EQ(story.detail, "waits for event 01ab-7 of the same alert; the exit fails: HTTP 503");
}

TEST(WhyExit, a_letter_of_a_replay_does_not_hide_the_delivery_before_it) {
  tunnel::Attempt refused = attempt("hook", "rejected");
  refused.replay = 2;
  const tunnel::DeadLetter letter{
      .number = 7, .exit = "hook", .reason = "rejected", .error = "HTTP 400", .replay = 2};
  const ExitStory both = only({.fates = {fate(State::kDecided)},
                               .attempts = {attempt("hook", "delivered"), refused},
                               .letters = {letter}});
  EXPECT_EQ(both.state, ExitState::kDelivered);
  EXPECT_THAT(both.detail, HasSubstr("later dead: letter 7, rejected: HTTP 400, in replay 2"));
  EXPECT_EQ(both.advice, "tictoc dead retry hook 7");
  const ExitStory dead =
      only({.fates = {fate(State::kDecided)}, .attempts = {refused}, .letters = {letter}});
  EXPECT_EQ(dead.state, ExitState::kDead);
}

TEST(WhyExit, a_letter_is_sent_again_only_where_that_can_help) {
  const auto advice = [](const char* reason) {
    const tunnel::DeadLetter letter{.number = 7, .exit = "hook", .reason = reason, .error = "e"};
    return only({.fates = {fate(State::kDecided)}, .attempts = {}, .letters = {letter}}).advice;
  };
  EXPECT_EQ(advice("exhausted"), "tictoc dead retry hook 7");
  EXPECT_THAT(advice("template"), HasSubstr("tictoc reload && tictoc dead retry hook 7"));
  EXPECT_THAT(advice("template"), HasSubstr("tictoc dead edit hook 7 --set"));
  EXPECT_THAT(advice("too_large"), StartsWith("tictoc dead edit hook 7 --set"));
  EXPECT_EQ(advice("gap"), "");
}

TEST(WhyExit, an_exit_that_has_left_is_told_from_its_attempts) {
  const auto stories = stories_of(
      {.fates = {fate(State::kDecided)}, .attempts = {attempt("gone", "retry")}, .letters = {}},
      {});
  ASSERT_EQ(stories.size(), 2u);
  EXPECT_EQ(stories[1].exit, "gone");
  EXPECT_EQ(stories[1].state, ExitState::kUnknown);
  EXPECT_THAT(stories[1].detail, HasSubstr("left the configuration"));
}

TEST(WhyExit, a_delivery_counts_also_when_a_later_attempt_failed) {
  const ExitStory story =
      only({.fates = {fate(State::kDecided)},
            .attempts = {attempt("hook", "delivered"), attempt("hook", "retry")},
            .letters = {}});
  EXPECT_EQ(story.state, ExitState::kDelivered);
  EXPECT_EQ(story.generation, 2u);
}

TEST(WhyExit, the_advice_is_a_command_that_a_shell_takes) {
  tunnel::DeadLetter letter;
  letter.exit = "Bob's room";
  letter.number = 4;
  EXPECT_EQ(only({.fates = {}, .attempts = {}, .letters = {letter}}).advice,
            "tictoc dead retry 'Bob'\\''s room' 4");
}

}  // namespace
}  // namespace tt::api
