// The router watches itself: whole daemons whose exits die, refuse and come back.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "pipeline/daemon_fixture.h"
#include "pipeline/self_events.h"

namespace tt::pipeline {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Target;
using testing::webhook;

class SelfStories : public testing::DaemonTest {
 protected:
  SelfStories() { watches_itself_ = true; }

  struct Said {
    std::string kind, exit, state, text;
  };
  /// Everything that the router has written about itself, in order.
  std::vector<Said> said() {
    std::vector<Said> all;
    for (const auto scan = daemon_->tunnel().scan(0);;) {
      const auto batch = scan->next(1u << 20);
      if (!batch.ok() || !*batch) return all;
      for (const auto& [meta, event] : (*batch)->events())
        if (meta.entry == kSelfEntry)
          all.push_back({event.text("kind").substr(std::string_view("urn:time-tunnel:").size()),
                         event.text("exit"), event.text("alert_state"), std::string(event.json)});
    }
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> all;
    for (const Said& one : said()) all.push_back(one.kind);
    return all;
  }
  static std::vector<std::string> bodies(const Target& target) {
    std::vector<std::string> all;
    for (const testing::Received& one : target.received()) all.push_back(one.body);
    return all;
  }

  Target first_, second_;
};

TEST_F(SelfStories, a_start_is_told_with_how_the_last_run_ended) {
  const std::string config = "exits:\n" + webhook("hook", first_) + "rules:\n  - {to: hook}\n";
  start(config);
  ASSERT_TRUE(soon([&] { return first_.count() == 1; }));
  stop();
  start(config);
  ASSERT_TRUE(soon([&] { return first_.count() == 2; }));
  EXPECT_THAT(bodies(first_)[0], HasSubstr(R"("previous_stop":"none")"));
  EXPECT_THAT(bodies(first_)[1], HasSubstr(R"("previous_stop":"clean")"));
  EXPECT_EQ(entry("self").accepted, 1u);
}

TEST_F(SelfStories, an_exit_that_dies_and_comes_back_is_told_to_the_others_and_not_to_itself) {
  first_.always(401);
  start("exits:\n" + webhook("hook", first_) + webhook("chat", second_) +
        "rules:\n  - {name: everything, to: [hook, chat]}\n");
  ASSERT_TRUE(soon([&] { return !exit("hook").problem.empty(); }));
  ASSERT_TRUE(soon([&] { return second_.count() == 2; }));
  EXPECT_THAT(bodies(second_)[1], HasSubstr(R"("kind":"urn:time-tunnel:exit:down")"));
  EXPECT_THAT(bodies(second_)[1], HasSubstr("401"));

  first_.always(200);
  ASSERT_TRUE(eventually([&] { return second_.count() == 3; }));
  EXPECT_THAT(bodies(second_)[2], HasSubstr(R"("kind":"urn:time-tunnel:exit:up")"));
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0 && exit("chat").behind == 0; }));
  EXPECT_THAT(bodies(first_), Each(Not(HasSubstr("urn:time-tunnel:exit"))));
  EXPECT_EQ(exit("hook").filtered, 2u);
  EXPECT_EQ(exit("hook").delivered, 1u);
}

TEST_F(SelfStories, two_exits_that_refuse_what_is_said_of_each_other_do_not_feed_a_storm) {
  first_.always(400);
  second_.always(400);
  start("exits:\n" + webhook("a", first_) + webhook("b", second_) + "rules:\n  - {to: [a, b]}\n");
  say("the spark");
  // Twenty minutes: whatever one refuses becomes an event for the other.
  const SteadyNs end = clock_.steady_ns() + 1200 * kNsPerSec;
  ASSERT_TRUE(eventually([&] { return clock_.steady_ns() > end; }, 500));
  std::size_t about_a = 0, about_b = 0;
  for (const Said& one : said()) {
    about_a += one.kind == "dead-letter" && one.exit == "a";
    about_b += one.kind == "dead-letter" && one.exit == "b";
  }
  EXPECT_GE(about_a + about_b, 4u) << "they did tell of each other";
  EXPECT_LE(about_a, 21u);
  EXPECT_LE(about_b, 21u);
}

TEST_F(SelfStories, a_refused_reload_is_told_and_the_next_good_one_resolves_it) {
  const std::string good = "exits:\n" + webhook("hook", first_) + "rules:\n  - {to: hook}\n";
  start(good);
  EXPECT_FALSE(reload("exits: {hook: {type: nonsense}}\n").ok);
  ASSERT_TRUE(soon([&] { return said().size() == 2; }));
  EXPECT_THAT(said()[1].text, HasSubstr("nonsense"));
  EXPECT_EQ(said()[1].state, "firing");
  EXPECT_TRUE(reload(good + "  - {name: another, to: hook}\n").ok);
  ASSERT_TRUE(soon([&] { return said().size() == 3; }));
  EXPECT_THAT(kinds(), ElementsAre("started", "reload:failed", "reload:ok"));
  EXPECT_EQ(said()[2].state, "resolved");
}

TEST_F(SelfStories, an_exit_that_leaves_the_configuration_while_it_is_down_is_resolved) {
  first_.always(401);
  start("exits:\n" + webhook("hook", first_) + "rules:\n  - {to: hook}\n");
  ASSERT_TRUE(soon([&] { return said().size() == 2; }));
  EXPECT_TRUE(reload("entries: {events: {type: http, path: /in}}\n").ok);
  ASSERT_TRUE(soon([&] { return said().size() == 3; }));
  EXPECT_THAT(kinds(), ElementsAre("started", "exit:down", "exit:up"));
}

TEST_F(SelfStories, a_dead_letter_is_told_with_its_reason) {
  first_.decide([](const testing::Received& request) {
    return net::HttpAnswer{.status = request.body.find("poison") == std::string::npos ? 200 : 422};
  });
  start("exits:\n" + webhook("hook", first_) + webhook("chat", second_) +
        "rules:\n  - {to: [hook]}\n  - {when: 'meta.entry == \"self\"', to: chat}\n");
  say("poison");
  ASSERT_TRUE(soon([&] { return second_.count() == 2; }));
  EXPECT_THAT(bodies(second_)[1], HasSubstr(R"("kind":"urn:time-tunnel:dead-letter")"));
  EXPECT_THAT(bodies(second_)[1], HasSubstr("422"));
}

TEST_F(SelfStories, switched_off_the_router_writes_nothing_about_itself) {
  watches_itself_ = false;
  first_.always(401);
  start("exits:\n" + webhook("hook", first_) + "rules:\n  - {to: hook}\n");
  say("something");
  ASSERT_TRUE(soon([&] { return !exit("hook").problem.empty(); }));
  EXPECT_TRUE(said().empty());
}

}  // namespace
}  // namespace tt::pipeline
