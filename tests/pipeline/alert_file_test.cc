// The copy of known alerts: a restart tells nobody twice, whatever came after the copy was made.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alert_file.h"

#include "pipeline/daemon_fixture.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

class AlertFileTest : public testing::DaemonTest {
 protected:
  static constexpr char kConfig[] = "entries:\n  alerts: {type: prometheus, path: /prometheus}\n";
  static std::string alerts(std::initializer_list<const char*> names) {
    std::string body = "[";
    for (const char* name : names)
      body += std::string(body.size() > 1 ? "," : "") + R"({"labels":{"alertname":")" + name +
              R"(","severity":"critical"}})";
    return body + "]";
  }
  int tell(std::initializer_list<const char*> names) {
    return post("/prometheus/api/v2/alerts", alerts(names)).status;
  }
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    const auto scan = daemon_->tunnel().scan(0);
    for (;;) {
      const auto batch = scan->next(kReadBytesMax);
      if (!batch.ok() || !*batch) return all;
      for (const tunnel::StoredEvent& event : (*batch)->events())
        all.push_back(event.event.text("alert_name"));
    }
  }
};

TEST_F(AlertFileTest, what_is_told_again_before_and_after_a_restart_is_stored_once) {
  start(kConfig);
  EXPECT_EQ(tell({"disk", "cpu"}), 200);
  EXPECT_EQ(tell({"disk", "cpu"}), 200);
  EXPECT_EQ(stored().size(), 2u);
  stop();
  start(kConfig);
  EXPECT_EQ(tell({"cpu", "disk", "net"}), 200);
  EXPECT_EQ(stored().size(), 3u);
}

TEST_F(AlertFileTest, what_came_after_the_copy_is_read_from_the_tunnel) {
  const std::string copy = data_path("/alerts.json");
  start(kConfig);
  EXPECT_EQ(tell({"disk"}), 200);
  stop();
  const auto older = read_file(memory_, copy);
  ASSERT_TRUE(older.ok());
  start(kConfig);
  EXPECT_EQ(tell({"cpu"}), 200);
  stop();
  ASSERT_TRUE(write_file(memory_, copy, *older).ok());
  start(kConfig);
  EXPECT_EQ(tell({"disk", "cpu"}), 200);
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(AlertFileTest, a_crash_in_the_first_seconds_of_a_data_folder_repeats_nothing) {
  start(kConfig);
  const auto first = read_file(memory_, data_path("/alerts.json"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(tell({"disk"}), 200);
  stop();
  ASSERT_TRUE(write_file(memory_, data_path("/alerts.json"), *first).ok());
  start(kConfig);
  EXPECT_EQ(tell({"disk"}), 200);
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(AlertFileTest, without_a_copy_that_can_be_read_alerts_are_told_once_more) {
  start(kConfig);
  EXPECT_EQ(tell({"disk"}), 200);
  stop();
  ASSERT_TRUE(write_file(memory_, data_path("/alerts.json"), "{\"seq\":").ok());
  start(kConfig);
  EXPECT_EQ(tell({"disk"}), 200);
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(AlertFileTest, one_that_prometheus_forgets_ends_by_itself) {
  start(kConfig);
  EXPECT_EQ(tell({"disk"}), 200);
  ASSERT_TRUE(eventually([&] {
    clock_.advance_ns(60 * kNsPerSec);
    return stored().size() == 2;
  }));
  const auto batch = daemon_->tunnel().scan(0)->next(kReadBytesMax);
  ASSERT_TRUE(batch.ok() && *batch);
  EXPECT_EQ((*batch)->events().back().event.text("alert_state"), "resolved");
}

}  // namespace
}  // namespace tt::pipeline
