// Why: every fate an event can have at an exit, told over HTTP.
// SPDX-License-Identifier: Apache-2.0
#include "api/why.h"

#include "api_fixture.h"

namespace tt::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace api::testing;

class WhyTest : public ApiTest {
 protected:
  json::value why(tunnel::Seq seq) { return read("/events/" + id_of(seq) + "/why"); }
  std::string text_of(tunnel::Seq seq) {
    return get("/api/v1/events/" + id_of(seq) + "/why?as=text").body;
  }
  /// The story of the only exit, `hook`.
  json::value hook(tunnel::Seq seq) { return why(seq).at("exits").at(0); }
  tunnel::Seq critical(const std::string& message = "m") {
    return append("events", "{\"message\":\"" + message + "\",\"severity\":\"critical\"}");
  }
  void deliver_all() {
    ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  }
  static int number(const json::value& map, const char* name) {
    return map.at(name).to_number<int>();
  }
};

TEST_F(WhyTest, a_delivered_event_names_rule_attempt_and_request) {
  start_usual();
  const tunnel::Seq seq = critical("disk full");
  deliver_all();
  attempts(seq, 1);
  const auto story = hook(seq);
  EXPECT_EQ(text(story, "state"), "delivered");
  EXPECT_EQ(text(story, "rule"), "urgent");
  EXPECT_EQ(number(story, "generation"), 1);
  const auto& attempt = story.at("attempts").at(0);
  EXPECT_EQ(text(attempt, "verdict"), "delivered");
  EXPECT_EQ(number(attempt, "status"), 200);
  const auto judgement = why(seq).at("judgements").at(0);
  EXPECT_EQ(text(judgement, "basis"), "its attempts name this one");
  const auto& request = judgement.at("decision").at("requests").at(0);
  EXPECT_EQ(text(request, "exit"), "hook");
  EXPECT_THAT(text(request.at("request"), "url"), HasSubstr("http://127.0.0.1"));
  EXPECT_THAT(text(request.at("request"), "body"), HasSubstr("disk full"));
}

TEST_F(WhyTest, a_retried_event_shows_each_answer) {
  start_usual();
  target_.answer({503, 429});
  const tunnel::Seq seq = critical();
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 1; }));
  attempts(seq, 3);
  const auto story = hook(seq);
  EXPECT_EQ(text(story, "state"), "delivered");
  EXPECT_THAT(text(story, "detail"), HasSubstr("attempt 3, HTTP 200"));
  ASSERT_EQ(story.at("attempts").as_array().size(), 3u);
  EXPECT_EQ(text(story.at("attempts").at(0), "answer"), "said 503");
  EXPECT_EQ(number(story.at("attempts").at(1), "status"), 429);
  EXPECT_THAT(text_of(seq), HasSubstr("HTTP 503"));
}

TEST_F(WhyTest, a_filtered_event_names_the_false_part_of_each_rule_that_names_the_exit) {
  start_usual();
  const tunnel::Seq seq = append("events", R"({"message":"m","severity":"info"})");
  deliver_all();
  const auto story = hook(seq);
  EXPECT_EQ(text(story, "state"), "filtered");
  ASSERT_EQ(story.at("obstacles").as_array().size(), 2u);
  EXPECT_EQ(text(story.at("obstacles").at(0), "rule"), "urgent");
  EXPECT_EQ(text(story.at("obstacles").at(0), "text"),
            "no match: event.severity == \"critical\" is false");
  EXPECT_THAT(text(why(seq).at("judgements").at(0), "basis"), HasSubstr("no attempt tells"));
  const std::string shown = text_of(seq);
  EXPECT_THAT(shown, HasSubstr("hook  filtered"));
  EXPECT_THAT(shown,
              HasSubstr("false  event.severity == \"critical\"  where event.severity = \"info\""));
}

TEST_F(WhyTest, a_dead_event_names_its_letter_and_the_command_that_sends_it_again) {
  start_usual();
  const tunnel::Seq seq = refused("bad");
  const auto story = hook(seq);
  EXPECT_EQ(text(story, "state"), "dead");
  EXPECT_THAT(text(story, "detail"), HasSubstr("letter 1, rejected"));
  EXPECT_EQ(text(story, "advice"), "tictoc dead retry hook 1");
  EXPECT_EQ(text(story.at("letters").at(0), "answer"), "said 400");
}

TEST_F(WhyTest, a_letter_that_was_dropped_leaves_an_event_that_was_given_up) {
  start_usual();
  const tunnel::Seq seq = refused("bad");
  attempts(seq, 1);
  change("/dead/hook/1/drop");
  EXPECT_EQ(text(hook(seq), "state"), "given up");
}

TEST_F(WhyTest, a_paused_exit_leaves_its_events_pending_and_says_so) {
  start_usual();
  change("/exits/hook/pause");
  critical("first");
  const tunnel::Seq seq = critical("second");
  const auto story = hook(seq);
  EXPECT_EQ(text(story, "state"), "pending");
  EXPECT_THAT(text(story, "detail"), HasSubstr("the exit is paused"));
  EXPECT_THAT(text(story, "detail"), HasSubstr("1 event comes before it"));
  EXPECT_EQ(text(story, "advice"), "tictoc exit resume hook");
  EXPECT_THAT(text(why(seq).at("judgements").at(0), "basis"), HasSubstr("will judge"));
}

TEST_F(WhyTest, an_event_that_fails_is_retrying_with_its_next_attempt) {
  start_usual();
  target_.always(503);
  const tunnel::Seq seq = critical();
  ASSERT_TRUE(eventually([&] { return exit("hook").retries >= 1; }));
  attempts(seq, 1);
  const auto story = hook(seq);
  EXPECT_THAT(text(story, "state"), ::testing::AnyOf("retrying", "in flight"));
  EXPECT_EQ(number(story.at("attempts").at(0), "status"), 503);
}

TEST_F(WhyTest, the_generation_that_judged_is_shown_after_a_reload_has_changed_the_rules) {
  start_usual();
  const tunnel::Seq seq = critical();
  deliver_all();
  attempts(seq, 1);
  reload("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
         webhook("hook", target_) +
         "rules:\n  - {name: other, when: 'event.host == \"h\"', to: hook}\n");
  const auto judgements = why(seq).at("judgements").as_array();
  ASSERT_EQ(judgements.size(), 1u);
  EXPECT_EQ(number(judgements[0], "generation"), 1);
  EXPECT_FALSE(judgements[0].at("in_force").as_bool());
  EXPECT_EQ(text(hook(seq), "rule"), "urgent");
  EXPECT_THAT(text_of(seq), HasSubstr("no longer in force"));
  const auto asked = read("/events/" + id_of(seq) + "/why?generation=2").at("judgements");
  EXPECT_EQ(text(asked.at(1), "basis"), "asked for");
  EXPECT_EQ(text(asked.at(1).at("decision").at("rules").at(0), "rule"), "other");
}

TEST_F(WhyTest, a_filtered_event_is_judged_by_the_rules_of_its_time) {
  start_usual();
  const tunnel::Seq seq = append("events", R"({"message":"m","severity":"info"})");
  deliver_all();
  clock_.advance_ns(kNsPerSec);
  reload("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
         webhook("hook", target_) + "rules:\n  - {name: all, to: hook}\n");
  const auto judgement = why(seq).at("judgements").at(0);
  EXPECT_EQ(number(judgement, "generation"), 1);
  EXPECT_THAT(text(judgement, "basis"), HasSubstr("in force when the event came"));
  EXPECT_EQ(text(hook(seq), "state"), "filtered");
  EXPECT_EQ(text(hook(seq).at("obstacles").at(0), "rule"), "urgent");
}

TEST_F(WhyTest, an_exit_that_is_newer_than_the_event_says_so_after_a_restart_too) {
  start_usual();
  const tunnel::Seq seq = critical();
  deliver_all();
  const std::string with_later =
      "entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
      webhook("hook", target_) + webhook("later", target_) +
      "rules:\n  - {name: all, to: [hook, later]}\n";
  reload(with_later);
  EXPECT_EQ(text(why(seq).at("exits").at(1), "state"), "before");
  stop();
  start(with_later);
  const auto later = why(seq).at("exits").at(1);
  EXPECT_EQ(text(later, "exit"), "later");
  EXPECT_EQ(text(later, "state"), "before");
}

TEST_F(WhyTest, a_generation_that_is_no_longer_kept_is_said_to_be_gone) {
  start_usual();
  const tunnel::Seq seq = critical();
  deliver_all();
  const auto told = read("/events/" + id_of(seq) + "/why?generation=77");
  EXPECT_THAT(std::string(told.at("notes").at(0).as_string()), HasSubstr("77"));
}

TEST_F(WhyTest, the_runs_of_a_replay_are_told_apart) {
  start_usual();
  const tunnel::Seq seq = critical();
  deliver_all();
  attempts(seq, 1);
  daemon_->tunnel().attempts().append({.exit = "hook",
                                       .seqs = {seq},
                                       .generation = 1,
                                       .time_ns = clock_.wall_ns(),
                                       .verdict = "delivered",
                                       .status = 201,
                                       .replay = 3});
  EXPECT_EQ(number(hook(seq).at("attempts").at(1), "replay"), 3);
  const std::string shown = text_of(seq);
  EXPECT_THAT(shown, HasSubstr("    first run:\n"));
  EXPECT_THAT(shown, HasSubstr("    replay 3:\n"));
}

TEST_F(WhyTest, set_steps_of_rule_and_exit_are_told_with_what_failed) {
  start("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
        webhook("hook", target_, "set: {site: berlin}") +
        "rules:\n  - name: all\n    to: hook\n    set: {host: '{{ event.message }}', gone: '{{ "
        "event.nothing }}'}\n");
  const tunnel::Seq seq = append("events", R"({"message":"m","host":"h"})");
  deliver_all();
  const std::string shown = text_of(seq);
  EXPECT_THAT(shown, HasSubstr("all sets host = \"m\", which was \"h\""));
  EXPECT_THAT(shown, HasSubstr("all sets gone = null; failed: "));
  EXPECT_THAT(shown, HasSubstr("exit hook sets site = \"berlin\""));
}

TEST_F(WhyTest, secrets_stay_masked_also_where_they_stand_in_the_configuration) {
  std::string exit = webhook("hook", target_, "auth: {bearer: plain-secret-9}");
  exit.replace(exit.find("http://"), 7, "http://bot:plain-secret-9@");
  start("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" + exit +
        "rules:\n  - {name: all, to: hook}\n");
  const tunnel::Seq seq = critical();
  deliver_all();
  const std::string shown = get("/api/v1/events/" + id_of(seq) + "/why").body + text_of(seq);
  EXPECT_THAT(shown, Not(HasSubstr("plain-secret-9")));
  EXPECT_THAT(shown, HasSubstr("POST http://"));
  EXPECT_THAT(shown, HasSubstr("***"));
}

TEST_F(WhyTest, what_is_no_event_says_which_kind_of_nothing_it_is) {
  start_usual();
  const tunnel::Seq seq = critical();
  const auto error = [&](const std::string& id) {
    return text(read("/events/" + id + "/why", 404), "error");
  };
  EXPECT_THAT(error("nonsense"), HasSubstr("ids of this log are"));
  EXPECT_THAT(error("00000000-1"), HasSubstr("of another log"));
  EXPECT_THAT(error(id_of(seq + 100)), HasSubstr("no event has this number yet"));
  read("/events/" + id_of(seq) + "/why?generation=x", 400);
}

TEST_F(WhyTest, an_event_that_the_tunnel_has_dropped_says_what_the_oldest_is) {
  start_usual();
  const tunnel::Seq seq = critical("old");
  deliver_all();
  attempts(seq, 1);
  const std::string big(600'000, 'x');
  for (int i = 0; i < 250; ++i) append("events", "{\"message\":\"" + big + "\"}");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  ASSERT_TRUE(daemon_->tunnel().trim(1, 1).ok());
  const auto told = why(seq);
  EXPECT_TRUE(told.at("event").is_null());
  EXPECT_THAT(std::string(told.at("notes").at(0).as_string()), HasSubstr("the oldest kept is"));
  EXPECT_EQ(text(told.at("exits").at(0), "state"), "delivered");
}

}  // namespace
}  // namespace tt::api
