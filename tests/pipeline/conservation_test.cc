// Conservation: what an exit was given turns up as delivered, filtered, dead or pending, always.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/conservation.h"

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using testing::metric;
using testing::Received;
using testing::Target;
using testing::webhook;

class ConservationTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = "") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  bool is_settled(std::string_view name = "hook") { return exit(name).behind == 0; }
  std::string metrics() {
    auto promise = std::make_shared<std::promise<std::string>>();
    daemon_->metrics_text([promise](std::string text) { promise->set_value(std::move(text)); });
    return promise->get_future().get();
  }
  /// The terms of the equation in the metrics: accepted, then what must add up to it.
  std::vector<double> terms(const std::string& name) {
    const std::string text = metrics();
    const std::string exit = "{exit=\"" + name + "\"";
    std::vector<double> all{metric(text, "tt_exit_accepted_events_total" + exit + "}")};
    for (const char* result : {"delivered", "filtered", "suppressed", "dead"})
      all.push_back(
          metric(text, "tt_exit_events_total" + exit + ",result=\"" + std::string(result) + "\"}"));
    all.push_back(metric(text, "tt_exit_pending_events" + exit + "}"));
    return all;
  }
  Target target_;
};

TEST_F(ConservationTest, each_fate_has_its_place_in_the_account_and_in_the_metrics) {
  start("exits:\n" + webhook("hook", target_) +
        "rules:\n  - {when: 'event.kind != \"urn:noise\"', to: hook}\n");
  target_.decide([](const Received& request) {
    return net::HttpAnswer{.status = request.body.find("bad") == std::string::npos ? 200 : 400};
  });
  say("good");
  say("bad");
  append("test", R"({"message":"quiet","kind":"urn:noise"})");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("later");
  const ExitStatus status = exit("hook");
  EXPECT_EQ(status.accepted, 4u);
  EXPECT_EQ(status.delivered, 1u);
  EXPECT_EQ(status.filtered, 1u);
  EXPECT_EQ(status.suppressed, 0u);
  EXPECT_EQ(status.dead, 1u);
  EXPECT_EQ(status.pending, 1u);
  EXPECT_THAT(terms("hook"), ElementsAre(4, 1, 1, 0, 1, 1));
}

TEST_F(ConservationTest, a_start_opens_the_account_with_what_is_unsettled) {
  start_hook();
  say("done");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("waits");
  say("too");
  stop();
  target_.hold();
  clock_.advance_ns(kNsPerSec);
  start_hook();
  EXPECT_EQ(exit("hook").accepted, 2u);
  EXPECT_EQ(exit("hook").pending, 2u);
  EXPECT_EQ(exit("hook").since_ns, clock_.wall_ns());
  target_.release();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(terms("hook"), ElementsAre(2, 2, 0, 0, 0, 0));
}

TEST_F(ConservationTest, what_passed_a_parked_event_is_not_opened_again_at_a_start) {
  start_hook("retry: {base: 10ms, cap: 100ms}");
  target_.decide([](const Received& request) {
    return net::HttpAnswer{.status = request.body.find("ill") == std::string::npos ? 200 : 503};
  });
  for (const char* message : {"ill", "a", "b"}) say(message);
  ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 2; }));
  EXPECT_EQ(exit("hook").pending, 1u);
  EXPECT_EQ(exit("hook").parked, 1u);
  stop();
  start_hook("retry: {base: 10ms, cap: 100ms}");
  EXPECT_EQ(exit("hook").accepted, 1u);
  EXPECT_EQ(exit("hook").pending, 1u);
}

TEST_F(ConservationTest,
       events_in_front_of_a_waiting_batch_are_judged_once_whatever_a_reload_says) {
  const std::string exits =
      "exits:\n" + webhook("hook", target_, "format: ndjson, batch: {events: 9, wait: 1m}");
  start(exits + "rules:\n  - {when: 'event.kind == \"urn:a\"', to: hook}\n");
  append("test", R"({"message":"one","kind":"urn:b"})"
                 "\n"
                 R"({"message":"two","kind":"urn:a"})"
                 "\n"
                 R"({"message":"three","kind":"urn:b"})");
  // "two" waits for its batch; the clock stands still.
  ASSERT_TRUE(soon([&] { return exit("hook").position > 0 && exit("hook").pending == 3; }));
  ASSERT_TRUE(reload(exits + "rules:\n  - {to: hook}\n").ok);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  EXPECT_THAT(testing::messages_of(target_.received().at(0).body),
              ElementsAre("one", "two", "three"));
  EXPECT_EQ(exit("hook").accepted, 3u);
  EXPECT_EQ(exit("hook").delivered, 3u);
  EXPECT_EQ(exit("hook").filtered, 0u);
}

TEST_F(ConservationTest, an_exit_that_left_and_came_back_opens_a_new_account) {
  Target other;
  const std::string hook = "exits:\n" + webhook("hook", target_);
  const std::string both = hook + webhook("other", other) + "rules:\n  - {to: [hook, other]}\n";
  start(both);
  say("one");
  ASSERT_TRUE(eventually([&] { return is_settled("other"); }));
  ASSERT_TRUE(reload(hook + "rules:\n  - {to: hook}\n").ok);
  say("two");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  ASSERT_TRUE(reload(both).ok);
  ASSERT_TRUE(eventually([&] { return exit("other").delivered == 1; }));
  EXPECT_EQ(exit("other").accepted, 1u);
  EXPECT_THAT(terms("other"), ElementsAre(2, 2, 0, 0, 0, 0));  // The metrics go on.
}

TEST_F(ConservationTest, halves_of_a_refused_batch_count_each_event_once) {
  start_hook("format: ndjson, batch: {events: 8}");
  target_.decide([](const Received& request) {
    return net::HttpAnswer{.status = request.body.find("guilty") == std::string::npos ? 200 : 400};
  });
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  for (const char* message : {"a", "guilty", "b", "c", "guilty", "d", "e", "f"}) say(message);
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(terms("hook"), ElementsAre(8, 6, 0, 0, 2, 0));
}

TEST_F(ConservationTest, damage_in_the_log_is_a_letter_that_names_the_range_and_counts_as_dead) {
  start_hook();
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  say("before");
  const tunnel::Seq lost = say("needle");
  say("after");
  stop();
  const auto files = memory_.list(data_path("/tunnel"));
  ASSERT_TRUE(files.ok());
  bool is_hit = false;
  for (const DirectoryEntry& file : *files) {
    const std::string path = data_path("/tunnel/" + file.name);
    const std::size_t at = memory_.bytes(path).find("needle");
    if (at == std::string::npos) continue;
    memory_.flip_bit(path, at * 8);
    is_hit = true;
  }
  ASSERT_TRUE(is_hit);
  start_hook();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ElementsAre("before", "after"));
  ASSERT_EQ(letters("hook").size(), 1u);
  const tunnel::DeadLetter letter = letters("hook")[0];
  EXPECT_EQ(letter.reason, "gap");
  EXPECT_EQ(letter.seq, lost);
  EXPECT_EQ(letter.last_seq, lost);
  EXPECT_THAT(letter.error, ::testing::HasSubstr("damage"));
  EXPECT_THAT(terms("hook"), ElementsAre(3, 2, 0, 0, 1, 0));
  // It holds no event that could be sent.
  EXPECT_FALSE(daemon_->retry_dead("hook", {letter.number}).ok());
  EXPECT_EQ(letters("hook").size(), 1u);
}

TEST_F(ConservationTest, the_account_balances_whenever_somebody_looks) {
  Target other;
  const auto exits = [&](int turn) {
    const std::string kind = turn % 2 ? "urn:a" : "urn:b";
    return "exits:\n" + webhook("hook", target_, "retry: {base: 10ms, cap: 100ms}") +
           webhook("batch", other, "format: ndjson, batch: {events: 5, wait: 200ms}") +
           "  archive: {type: file, path: ./archive.ndjson, batch: {events: 3}}\n"
           "rules:\n  - {when: 'event.kind == \"" +
           kind + "\"', to: [hook, batch]}\n  - {to: archive}\n";
  };
  SeededRandom random(20261125);
  const auto decide = [&](int worst) {
    return [&, worst](const Received& request) {
      if (request.body.find("ill") != std::string::npos) return net::HttpAnswer{.status = worst};
      return net::HttpAnswer{.status = 200};
    };
  };
  target_.decide(decide(503));
  other.decide(decide(400));
  start(exits(0));
  for (int turn = 0; turn < 60; ++turn) {
    const std::string kind = random.below(2) ? "urn:a" : "urn:b";
    for (std::uint64_t i = random.below(6); i > 0; --i)
      append("test", "{\"message\":\"" + std::string(random.below(8) ? "well" : "ill") +
                         "\",\"kind\":\"" + kind + "\"}");
    look();
    if (random.below(6) == 0) {
      ASSERT_TRUE(reload(exits(turn)).ok);
    }
    look();
    ASSERT_TRUE(daemon_->pause("batch", random.below(3) == 0).ok());
    clock_.advance_ns(static_cast<std::int64_t>(random.below(300)) * kNsPerMs);
    look();
    for (const char* name : {"hook", "batch", "archive"}) {
      const std::vector<double> now = terms(name);
      EXPECT_EQ(now[0], now[1] + now[2] + now[3] + now[4] + now[5]) << name << ", turn " << turn;
    }
  }
  ASSERT_TRUE(daemon_->pause("batch", false).ok());
  target_.always(200);
  for (const char* name : {"hook", "batch", "archive"}) {
    ASSERT_TRUE(eventually([&] { return is_settled(name); }, 200)) << name;
    EXPECT_EQ(exit(name).pending, 0u);
  }
  EXPECT_GT(exit("batch").dead, 0u);
}

TEST(Conservation, a_cursor_that_passes_an_event_without_a_verdict_shows) {
  ManualClock clock;
  MemoryDisk disk;
  SeededRandom random{7};
  Metrics metrics;
  const auto tunnel = tunnel::make_memory_tunnel({clock, disk, random, system_spawner(), metrics});
  auto reader = tunnel->open("hook", {});
  ASSERT_TRUE(reader.ok());
  Conservation account(metrics, clock, *tunnel, **reader, "hook");
  EXPECT_TRUE(account.balance().holds());
  std::promise<tunnel::Appended> stored;
  auto decoded = event::decode_events("{\"message\":\"a\"}\n{\"message\":\"b\"}",
                                      event::BodyFormat::kNdjson, event::Limits{}, 1);
  tunnel->append({.events = std::make_shared<const event::EventBatch>(std::move(decoded.events)),
                  .entry = "test"},
                 [&](tunnel::Appended appended) { stored.set_value(appended); });
  const tunnel::Seq first = stored.get_future().get().first;
  EXPECT_EQ(account.balance().accepted, 2u);
  EXPECT_EQ(account.balance().pending, 2u);
  (*reader)->settle(first, first);
  EXPECT_FALSE(account.balance().holds());
  account.decided({.delivered = 1});
  EXPECT_TRUE(account.balance().holds());
  account.decided({.filtered = 1});  // Twice as much as there was.
  EXPECT_FALSE(account.balance().holds());
  ASSERT_TRUE((*reader)->rewind(first).ok());
  account.begin_epoch();
  EXPECT_TRUE(account.balance().holds());
  EXPECT_EQ(account.balance().accepted, 2u);
}

}  // namespace
}  // namespace tt::pipeline
