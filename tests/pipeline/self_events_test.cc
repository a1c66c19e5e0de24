// SelfEvents: what is said, how often, and that nothing is lost while there is no room.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/self_events.h"

#include <gmock/gmock.h>

#include <set>

#include "base/severity.h"
#include "base/text.h"
#include "pipeline/limits.h"
#include "pipeline/memory_tunnel.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Reports on one side, the events of the log on the other.
class SelfEventsTest : public testing::MemoryTunnelTest {
 protected:
  ~SelfEventsTest() override {
    loop_.stop();
    self_.close();
  }
  void open() { self_.open(loop_, *tunnel_); }

  /// The events that were written since the last call.
  std::vector<event::EventBatch> written() {
    settle();
    std::vector<event::EventBatch> all;
    for (const auto scan = tunnel_->scan(next_);;) {
      const auto batch = scan->next(1u << 20);
      if (!batch.ok() || !*batch) return all;
      next_ = (*batch)->next;
      for (const tunnel::StoredEvent& stored : (*batch)->events()) {
        EXPECT_EQ(stored.meta.entry, kSelfEntry);
        all.emplace_back().append(stored.event);
      }
    }
  }
  std::vector<std::string> texts(std::string_view field) {
    std::vector<std::string> all;
    for (const event::EventBatch& one : written()) {
      const event::Field* found = one[0].find(field);
      all.push_back(found ? one[0].text(*found) : "-");
    }
    return all;
  }
  /// As deliveries do: the letter is stored first. Gives its number.
  std::uint64_t bury(const std::string& exit, const std::string& why) {
    const auto number = tunnel_->dead_letters().append({.exit = exit, .reason = "rejected"});
    EXPECT_TRUE(number.ok());
    self_.dead_letter(exit, *number, why);
    return *number;
  }
  void pass_seconds(std::int64_t seconds) {
    clock_.advance_ns(seconds * kNsPerSec);
    settle();
  }
  /// Rounds of the loop until the tunnel has answered and nothing more comes of it.
  void settle() {
    for (int quiet = 0, turns = 0; quiet < 20 && turns < 20'000; ++quiet, ++turns) {
      const std::uint64_t before = self_.appended();
      loop_.run([] {});
      if (self_.is_appending()) quiet = 0;
      if (self_.appended() != before) quiet = 0;
    }
  }

  Loop loop_{clock_, system_spawner()};
  SelfEvents self_{clock_, metrics_};
  tunnel::Seq next_ = 0;
};

TEST_F(SelfEventsTest, what_is_reported_before_the_tunnel_is_open_waits_for_it) {
  self_.damage("segment 1");
  self_.started("1.2.3", 7, "unclean");
  EXPECT_THAT(written(), IsEmpty());
  open();
  const auto events = written();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0][0].text("kind"), "urn:time-tunnel:started");
  EXPECT_EQ(events[0][0].text("severity"), "warning");
  EXPECT_EQ(events[0][0].text("version"), "1.2.3");
  EXPECT_EQ(events[1][0].text("kind"), "urn:time-tunnel:damage");
  EXPECT_EQ(events[1][0].text("reason"), "segment 1");
}

TEST_F(SelfEventsTest, every_event_is_as_the_table_of_kinds_says) {
  open();
  self_.exit_down("a", "status 503");
  EXPECT_EQ(written().size(), 1u);
  self_.exit_up("a", 90);
  bury("a", "rejected: status 400");
  self_.gap("a", 3, 9, "further behind than `max_lag`");
  self_.lag("a", 75);
  self_.disk(SelfEvents::Space::kLow, 300u << 20);
  self_.reload_failed("unknown key");
  self_.damage("segment 1");
  self_.started("1.2.3", 7, "clean");
  self_.audit("replay", "exit a");
  const auto events = written();
  EXPECT_EQ(events.size(), 9u);
  const std::set<std::string, std::less<>> common{"kind", "message", "timestamp"};
  for (const event::EventBatch& one : events) {
    const event::EventView event = one[0];
    const std::string kind = event.text("kind");
    const portals::ProducedKind* row = nullptr;
    for (const portals::ProducedKind& known : self_kinds()) {
      const bool is_star = known.kind.ends_with('*');
      if (is_star ? kind.starts_with(known.kind.substr(0, known.kind.size() - 1))
                  : kind == known.kind)
        row = &known;
    }
    ASSERT_TRUE(row) << kind;
    const auto severities = split(row->severity, ' '), fields = split(row->fields, ' ');
    EXPECT_THAT(severities, ::testing::Contains(event.text("severity"))) << kind;
    for (const event::Field& field : event.fields) {
      const std::string name = event.name(field);
      if (name == "severity" || common.contains(name)) continue;
      EXPECT_THAT(fields, ::testing::Contains(name)) << kind;
    }
    for (const std::string_view word : severities) EXPECT_TRUE(parse_severity(word)) << word;
    EXPECT_EQ(event.text("source"), "urn:time-tunnel:" + std::string(tunnel_->log_id()));
  }
}

TEST_F(SelfEventsTest, dead_letters_of_one_exit_are_one_event_a_minute_with_their_count) {
  open();
  bury("a", "first");
  EXPECT_THAT(texts("count"), ElementsAre("1"));
  for (int i = 0; i < 500; ++i) bury("a", "number " + std::to_string(i));
  bury("b", "another exit");
  EXPECT_THAT(texts("exit"), ElementsAre("b"));
  pass_seconds(59);
  EXPECT_THAT(written(), IsEmpty());
  pass_seconds(1);
  const auto events = written();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0][0].text(*events[0][0].find("count")), "500");
  EXPECT_EQ(events[0][0].text("reason"), "number 499");
  EXPECT_THAT(events[0][0].text("message"), EndsWith("(the newest of 500; 500 still there)"));
  pass_seconds(600);
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(SelfEventsTest, letters_that_are_gone_when_their_turn_comes_are_not_told) {
  open();
  const auto drop = [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number)
      ASSERT_TRUE(tunnel_->dead_letters().remove("a", number).ok());
  };
  bury("a", "told at once");  // And left where it is: it is not about the next ones.
  EXPECT_THAT(texts("left"), ElementsAre("1"));
  const std::uint64_t first = bury("a", "mended");
  drop(first, bury("a", "mended too"));
  pass_seconds(60);
  EXPECT_THAT(written(), IsEmpty());

  bury("a", "news");  // What was not told costs the next one no minute.
  EXPECT_THAT(texts("reason"), ElementsAre("news"));
  const std::uint64_t next = bury("a", "one of three");
  bury("a", "two of three");
  bury("a", "three of three");
  drop(next, next + 1);
  pass_seconds(60);
  const auto events = written();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_THAT(events[0][0].text("message"), EndsWith("(the newest of 3; 1 still there)"));
}

TEST_F(SelfEventsTest, letters_that_a_renamed_exit_took_along_are_told_under_its_new_name) {
  open();
  bury("before", "told at once");
  EXPECT_THAT(texts("exit"), ElementsAre("before"));
  bury("before", "waits");
  bury("before", "waits too");
  (void)tunnel_->adopt("before", "after");  // It had no cursor, and its letters go along.
  ASSERT_EQ(tunnel_->dead_letters().count("after", 0), 3u);
  self_.renamed("before", "after");
  pass_seconds(60);
  const auto events = written();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0][0].text("exit"), "after");
  EXPECT_EQ(events[0][0].text("message"),
            "exit after gave up on an event: waits too (the newest of 2; 2 still there)");
  pass_seconds(600);
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(SelfEventsTest, letters_that_stay_under_the_old_name_are_told_under_that) {
  open();
  bury("after", "is in the way");
  bury("before", "told at once");
  EXPECT_EQ(written().size(), 2u);
  bury("before", "waits");
  (void)tunnel_->adopt("before", "after");
  ASSERT_EQ(tunnel_->dead_letters().count("before", 0), 2u);
  self_.renamed("before", "after");
  pass_seconds(60);
  EXPECT_THAT(texts("exit"), ElementsAre("before"));
}

TEST_F(SelfEventsTest, down_and_up_follow_each_other_at_once_and_share_the_alert_key) {
  open();
  self_.exit_down("a", "connection refused");
  const auto down = written();
  self_.exit_up("a", 3725);
  const auto up = written();
  ASSERT_EQ(down.size(), 1u);
  ASSERT_EQ(up.size(), 1u);
  EXPECT_EQ(down[0][0].text("kind"), "urn:time-tunnel:exit:down");
  EXPECT_EQ(down[0][0].text("alert_state"), "firing");
  EXPECT_EQ(up[0][0].text("kind"), "urn:time-tunnel:exit:up");
  EXPECT_EQ(up[0][0].text("alert_state"), "resolved");
  EXPECT_EQ(down[0][0].text("alert_key"), up[0][0].text("alert_key"));
  EXPECT_THAT(up[0][0].text("alert_key"), EndsWith(":exit:a"));
  EXPECT_THAT(up[0][0].text("message"), EndsWith("1h2m5s"));
}

TEST_F(SelfEventsTest, an_exit_that_flaps_for_an_hour_says_so_at_most_once_a_minute) {
  open();
  std::size_t events = 0;
  std::string last;
  for (int second = 0; second < 3600; ++second) {
    if (second % 2)
      self_.exit_up("a", 1);
    else
      self_.exit_down("a", "flaps");
    for (const event::EventBatch& one : written()) {
      ++events;
      EXPECT_NE(one[0].text("kind"), last) << "said twice";
      last = one[0].text("kind");
    }
    clock_.advance_ns(kNsPerSec);
  }
  EXPECT_LE(events, 62u);
  EXPECT_GE(events, 30u);
  // It ends up; whatever was left out, the last word is the truth.
  pass_seconds(120);
  for (const event::EventBatch& one : written()) last = one[0].text("kind");
  EXPECT_EQ(last, "urn:time-tunnel:exit:up");
}

TEST_F(SelfEventsTest, lag_warns_at_70_is_an_error_at_90_and_is_over_below_60) {
  open();
  std::vector<std::string> said;
  for (const int percent : {10, 50, 69, 70, 75, 89, 90, 99, 85, 70, 61, 59, 10, 69}) {
    self_.lag("a", percent);
    for (const std::string& severity : texts("severity"))
      said.push_back(std::to_string(percent) + " " + severity);
    clock_.advance_ns(60 * kNsPerSec);
  }
  EXPECT_THAT(said, ElementsAre("70 warning", "90 error", "59 notice"));
}

TEST_F(SelfEventsTest, a_reload_resolves_only_what_was_refused_before) {
  open();
  self_.reload_applied(2);
  EXPECT_THAT(written(), IsEmpty());
  // On the loop's thread, so that nothing is said in between.
  loop_.run([this] {
    self_.reload_failed("unknown key");
    self_.reload_applied(3);
    self_.reload_failed("unknown key");
  });
  EXPECT_THAT(texts("kind"), ElementsAre("urn:time-tunnel:reload:failed"));
  self_.reload_applied(4);
  EXPECT_THAT(texts("kind"), ElementsAre("urn:time-tunnel:reload:ok"));
}

TEST_F(SelfEventsTest, reports_beyond_the_limit_are_counted_and_no_memory_is_held_for_them) {
  for (std::size_t i = 0; i < kSelfReportsMax + 5; ++i) self_.audit("pause", "exit a");
  open();
  EXPECT_EQ(written().size(), kSelfReportsMax);
  EXPECT_THAT(metrics_.render(), HasSubstr("\ntt_self_events_dropped_total 5\n"));
}

TEST_F(SelfEventsTest, switched_off_it_says_nothing_and_forgets_what_waited) {
  self_.started("1", 1, "clean");
  self_.enable(false);
  open();
  self_.exit_down("a", "gone");
  EXPECT_THAT(written(), IsEmpty());
  self_.enable(true);
  self_.exit_down("a", "gone");
  EXPECT_THAT(texts("kind"), ElementsAre("urn:time-tunnel:exit:down"));
}

TEST_F(SelfEventsTest, bytes_that_are_no_text_become_text_and_long_reasons_are_cut) {
  open();
  self_.exit_down("a", std::string(2000, 'x') + "\xff");
  bury("b", "\xff\xfe says the other side");
  const auto events = written();
  ASSERT_EQ(events.size(), 2u);
  for (const event::EventBatch& one : events) EXPECT_LE(one[0].text("reason").size(), 600u);
}

}  // namespace
}  // namespace tt::pipeline
