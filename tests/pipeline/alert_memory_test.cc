// What senders repeat of alerts is stored once, however long they repeat it and whatever restarts.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alert_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/scale.h"
#include "event/writer.h"
#include "pipeline/limits.h"
#include "pipeline/time_spans.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kEntry[] = "prometheus";

class AlertMemoryTest : public ::testing::Test {
 protected:
  struct Told {
    std::string key, state = "firing", severity = "critical";
    WallNs ends_ns = 0, begins_ns = 0;
  };
  portals::EntryEvents request(const std::vector<Told>& all) const {
    portals::EntryEvents events;
    event::EventWriter writer(events.events);
    for (const Told& told : all) {
      writer.begin();
      writer.set_text("kind", "urn:prometheus:alert:" + told.state);
      writer.set_text("message", told.key + " is " + told.state);
      writer.set_text("severity", told.severity);
      writer.set_text("alert_key", told.key);
      writer.set_text("alert_state", told.state);
      writer.set_text("status", told.state);
      writer.set_text("raw.labels.job", "node");
      EXPECT_TRUE(writer.finish(now_));
      events.alert_times.push_back({told.begins_ns, told.ends_ns});
    }
    return events;
  }
  /// The messages that were stored of it.
  std::vector<std::string> tell(const std::vector<Told>& all, bool can_store = true) {
    portals::EntryEvents events = request(all);
    const auto ticket = memory_.take_news(kEntry, telling_, events, now_);
    memory_.settle(kEntry, ticket, can_store);
    return messages(events.events);
  }
  std::vector<std::string> ended() {
    std::vector<std::string> all;
    for (auto& [entry, ended] : memory_.take_ended(now_)) {
      EXPECT_EQ(entry, kEntry);
      last_ = ended.events;
      all = messages(ended.events);
      memory_.settle(entry, ended.ticket, true);
    }
    return all;
  }
  static std::vector<std::string> messages(const event::EventBatch& batch) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < batch.size(); ++i) all.push_back(batch[i].text("message"));
    return all;
  }

  portals::AlertTelling telling_{.ends_after_ns = 5 * kMinute};
  WallNs now_ = 1'767'225'600 * kNsPerSec;
  AlertMemory memory_;
  event::EventBatch last_;
};

TEST_F(AlertMemoryTest, a_thousand_alerts_told_for_a_day_are_two_thousand_events) {
  std::vector<Told> all;
  const std::size_t count = scaled(1000);
  for (std::size_t i = 0; i < count; ++i) all.push_back({"alert" + std::to_string(i)});
  std::size_t stored = 0;
  for (const WallNs end = now_ + 24 * kHour; now_ < end; now_ += 4 * kMinute) {
    stored += tell(all).size();
    EXPECT_TRUE(ended().empty());
  }
  EXPECT_EQ(stored, count);
  for (Told& told : all) told.state = "resolved";
  for (int i = 0; i < 15; ++i, now_ += kMinute) stored += tell(all).size();
  EXPECT_EQ(stored, 2 * count);
}

TEST_F(AlertMemoryTest, one_that_fires_again_is_news_and_so_is_another_severity) {
  EXPECT_EQ(tell({{"disk"}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "firing", "warning"}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "firing", "warning"}}).size(), 0u);
  EXPECT_EQ(tell({{"disk", "resolved"}}).size(), 1u);
  EXPECT_EQ(tell({{"disk"}}).size(), 1u);
  EXPECT_THAT(tell({{"disk"}, {"cpu"}, {"cpu"}}), ElementsAre("cpu is firing"));
}

TEST_F(AlertMemoryTest, it_is_told_again_only_where_repeat_says_so) {
  telling_.repeat_ns = 4 * kHour;
  int stored = 0;
  for (const WallNs end = now_ + 24 * kHour; now_ < end; now_ += kMinute)
    stored += static_cast<int>(tell({{"disk"}}).size());
  EXPECT_EQ(stored, 6);
}

TEST_F(AlertMemoryTest, what_nobody_tells_of_any_more_ends_with_one_event) {
  tell({{"disk", "firing", "critical", now_ + 4 * kMinute}, {"cpu"}});
  now_ += 3 * kMinute;
  tell({{"disk", "firing", "critical", now_ + 4 * kMinute}});
  now_ += 3 * kMinute;
  EXPECT_THAT(ended(), ElementsAre("cpu is over (no longer reported)"));
  EXPECT_EQ(last_[0].text("alert_state"), "resolved");
  EXPECT_EQ(last_[0].text("status"), "resolved");
  EXPECT_EQ(last_[0].text("alert_key"), "cpu");
  EXPECT_EQ(last_[0].text("kind"), "urn:prometheus:alert:resolved");
  EXPECT_EQ(last_[0].text("severity"), "critical");
  EXPECT_EQ(last_[0].find("raw.labels.job"), nullptr);
  EXPECT_TRUE(ended().empty());
  now_ += kMinute;
  EXPECT_THAT(ended(), ElementsAre("disk is over (no longer reported)"));
  EXPECT_EQ(tell({{"disk", "resolved"}}).size(), 0u);
  EXPECT_EQ(tell({{"disk"}}).size(), 1u);
}

TEST_F(AlertMemoryTest, an_alert_of_a_sender_that_tells_its_end_never_ends_by_itself) {
  telling_ = {};
  tell({{"disk"}});
  now_ += 1000 * kHour;
  EXPECT_TRUE(ended().empty());
}

TEST_F(AlertMemoryTest, what_nobody_tells_of_for_a_week_is_forgotten_without_a_word) {
  telling_ = {};
  tell({{"disk"}, {"cpu"}});
  for (int day = 0; day < 30; ++day, now_ += 24 * kHour) {
    EXPECT_EQ(tell({{"cpu"}}).size(), 0u) << "it is heard of still";
    EXPECT_TRUE(ended().empty());
  }
  EXPECT_EQ(memory_.size(), 1u);
  EXPECT_EQ(tell({{"disk"}}).size(), 1u);
}

TEST_F(AlertMemoryTest, after_a_start_alerts_of_long_ago_are_given_time_too) {
  telling_ = {};
  tell({{"disk"}});
  now_ += 1000 * kHour;
  AlertMemory again;
  ASSERT_TRUE(again.decode(memory_.encode(1)).ok());
  again.wait_until(now_);
  (void)again.take_ended(now_ + kHour);
  EXPECT_EQ(again.size(), 1u);
}

TEST_F(AlertMemoryTest, what_could_not_be_stored_is_news_when_it_is_told_again) {
  EXPECT_EQ(tell({{"disk"}}, false).size(), 1u);
  EXPECT_EQ(tell({{"disk"}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "resolved"}}, false).size(), 1u);
  EXPECT_EQ(tell({{"disk"}}).size(), 0u) << "it is firing still, as far as the tunnel says";
  EXPECT_EQ(tell({{"disk", "resolved"}}).size(), 1u);
}

TEST_F(AlertMemoryTest, a_restart_forgets_nothing_that_was_stored) {
  tell({{"copied"}, {"over", "resolved"}});
  const std::string copy = memory_.encode(17);
  portals::EntryEvents after = request({{"after"}});

  AlertMemory again;
  const auto seq = again.decode(copy);
  ASSERT_TRUE(seq.ok());
  EXPECT_EQ(*seq, 17u);
  again.fold(kEntry, telling_, after.events[0], now_);
  EXPECT_EQ(again.size(), 3u);
  portals::EntryEvents events = request({{"copied"}, {"over", "resolved"}, {"after"}, {"new"}});
  (void)again.take_news(kEntry, telling_, events, now_);
  EXPECT_THAT(messages(events.events), ElementsAre("new is firing"));
}

TEST_F(AlertMemoryTest, of_what_is_on_its_way_the_copy_has_what_was_stored_before) {
  tell({{"known", "firing", "warning"}});
  portals::EntryEvents events = request({{"new"}, {"known"}});
  const auto ticket = memory_.take_news(kEntry, telling_, events, now_);
  EXPECT_EQ(memory_.encode(1).find("new is"), std::string::npos);
  EXPECT_THAT(memory_.encode(1), HasSubstr(R"("severity":"warning")"));
  const auto changes = memory_.changes();
  memory_.settle(kEntry, ticket, true);
  EXPECT_GT(memory_.changes(), changes);
  EXPECT_THAT(memory_.encode(1), HasSubstr("new is"));
  EXPECT_EQ(memory_.encode(1).find(R"("severity":"warning")"), std::string::npos);
}

TEST_F(AlertMemoryTest, nobody_hears_yes_while_another_request_with_the_alert_is_on_its_way) {
  portals::EntryEvents first = request({{"disk"}}), second = request({{"disk"}});
  const auto one = memory_.take_news(kEntry, telling_, first, now_);
  const auto two = memory_.take_news(kEntry, telling_, second, now_);
  EXPECT_THAT(messages(second.events), ElementsAre("disk is firing"));
  memory_.settle(kEntry, one, false);
  memory_.settle(kEntry, two, true);
  EXPECT_TRUE(tell({{"disk"}}).empty());
}

TEST_F(AlertMemoryTest, failures_in_any_order_leave_what_the_tunnel_says) {
  tell({{"old"}});
  portals::EntryEvents fires = request({{"disk"}, {"old", "resolved"}});
  portals::EntryEvents ends = request({{"disk", "resolved"}, {"old"}});
  const auto one = memory_.take_news(kEntry, telling_, fires, now_);
  const auto two = memory_.take_news(kEntry, telling_, ends, now_);
  memory_.settle(kEntry, one, false);
  memory_.settle(kEntry, two, false);
  EXPECT_THAT(tell({{"disk"}, {"old"}}), ElementsAre("disk is firing"));
}

TEST_F(AlertMemoryTest, one_that_begins_anew_is_news_though_nobody_told_of_its_end) {
  telling_ = {};
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 1'000}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 1'000}}).size(), 0u);
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 2'000}}).size(), 1u);
}

TEST_F(AlertMemoryTest, replicas_whose_begins_differ_tell_of_one_alert) {
  const WallNs one = now_ - kMinute, other = now_ - 30 * kNsPerSec;
  std::size_t stored = 0;
  for (int i = 0; i < 10; ++i, now_ += kMinute)
    for (const WallNs begins : {one, other})
      stored += tell({{"disk", "firing", "critical", now_ + 4 * kMinute, begins}}).size();
  EXPECT_EQ(stored, 1u);
  now_ += kMinute;
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, now_ + 5 * kMinute}}).size(), 1u);
}

TEST_F(AlertMemoryTest, where_no_end_is_said_only_a_later_begin_is_news) {
  telling_ = {};
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 1'000}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 2'000}}).size(), 1u);
  for (int i = 0; i < 10; ++i)
    for (const WallNs begins : {1'000, 2'000})
      EXPECT_EQ(tell({{"disk", "firing", "critical", 0, begins}}).size(), 0u);
  EXPECT_EQ(tell({{"disk", "firing", "warning", 0, 1'000}}).size(), 1u);
  EXPECT_EQ(tell({{"disk", "firing", "warning", 0, 2'000}}).size(), 0u);
}

TEST_F(AlertMemoryTest, the_begin_of_an_alert_is_learnt_after_a_restart) {
  telling_ = {};
  portals::EntryEvents events = request({{"disk"}});
  memory_.fold(kEntry, telling_, events.events[0], now_);
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 1'000}}).size(), 0u);
  EXPECT_EQ(tell({{"disk", "firing", "critical", 0, 2'000}}).size(), 1u);
}

TEST_F(AlertMemoryTest, after_a_start_alerts_are_given_time) {
  tell({{"disk"}});
  now_ += kHour;
  memory_.wait_until(now_ + 5 * kMinute);
  EXPECT_TRUE(ended().empty());
  now_ += 5 * kMinute;
  EXPECT_EQ(ended().size(), 1u);
}

TEST_F(AlertMemoryTest, a_damaged_copy_is_none) {
  for (const char* text : {"", "{}", "[1]", "{\"alerts\":7}"})
    EXPECT_FALSE(memory_.decode(text).ok()) << text;
  EXPECT_TRUE(memory_.decode(R"({"seq":-5,"alerts":[1,{"key":7},{"entry":"e","key":"k"}]})").ok());
  EXPECT_EQ(memory_.size(), 1u);
}

TEST_F(AlertMemoryTest, events_without_a_key_and_alerts_beyond_the_limit_are_stored_as_they_come) {
  EXPECT_EQ(tell({{""}, {""}}).size(), 2u);
  std::vector<Told> many(10'000);
  for (std::size_t batch = 0; batch < kAlertsMax / many.size(); ++batch) {
    for (std::size_t i = 0; i < many.size(); ++i)
      many[i].key = std::to_string(batch) + "-" + std::to_string(i);
    tell(many);
  }
  EXPECT_EQ(memory_.size(), kAlertsMax);
  EXPECT_EQ(tell({{"one more"}}).size(), 1u);
  EXPECT_EQ(tell({{"one more"}}).size(), 1u);
  EXPECT_EQ(memory_.size(), kAlertsMax);
}

}  // namespace
}  // namespace tt::pipeline
