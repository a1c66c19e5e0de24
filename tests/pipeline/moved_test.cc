// Moved events: counted for the exits that have them before them, and up to a limit.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/moved.h"

#include <gmock/gmock.h>

#include <future>

#include "base/memory_disk.h"
#include "pipeline/offline.h"
#include "tunnel/disk_tunnel.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Ten events with n = 1 to 10 and seq = n, and rules that differ in what they ask of n.
class MovedTest : public ::testing::Test {
 protected:
  MovedTest() {
    auto opened = tunnel::open_disk_tunnel({.directory = "/data"},
                                           {clock_, disk_, random_, system_spawner(), metrics_});
    EXPECT_TRUE(opened.ok());
    tunnel_ = *std::move(opened);
    for (int n = 1; n <= 10; ++n) {
      auto decoded = event::decode_events("{\"message\":\"m\",\"n\":" + std::to_string(n) + "}",
                                          event::BodyFormat::kJson, {}, 0);
      std::promise<void> done;
      tunnel_->append({.events = std::make_shared<event::EventBatch>(std::move(decoded.events)),
                       .entry = "events"},
                      [&](const tunnel::Appended&) { done.set_value(); });
      done.get_future().wait();
    }
  }
  static std::shared_ptr<const Settings> rules(const std::string& when) {
    return offline_settings(
        "exits:\n  a: {type: stdout}\n  b: {type: stdout}\nrules:\n  - {when: '" + when +
        "', to: [a, b]}\n");
  }
  static PendingEvents from(const std::string& exit, tunnel::Seq seq) {
    return {exit, seq, [](tunnel::Seq) { return false; }};
  }

  ManualClock clock_;
  MemoryDisk disk_;
  SeededRandom random_{7};
  Metrics metrics_;
  std::unique_ptr<tunnel::Tunnel> tunnel_;
};

TEST_F(MovedTest, each_exit_counts_what_it_has_before_it) {
  const std::vector<PendingEvents> exits{from("a", 1), from("b", 6)};
  const MovedEvents moved =
      count_moved(*tunnel_, *rules("event.n <= 7"), *rules("event.n > 7"), exits, 100);
  EXPECT_THAT(moved.by_exit, ElementsAre(Pair("a", 10u), Pair("b", 5u)));
  EXPECT_FALSE(moved.is_cut);
}

TEST_F(MovedTest, what_goes_where_it_went_does_not_count) {
  const std::vector<PendingEvents> exits{from("a", 1), from("b", 11)};
  const MovedEvents moved =
      count_moved(*tunnel_, *rules("event.n <= 7"), *rules("event.n < 8"), exits, 100);
  EXPECT_THAT(moved.by_exit, IsEmpty());
}

TEST_F(MovedTest, what_was_decided_out_of_order_does_not_count) {
  const std::vector<PendingEvents> exits{{"a", 1, [](tunnel::Seq seq) { return seq == 5; }}};
  const MovedEvents moved =
      count_moved(*tunnel_, *rules("event.n <= 10"), *rules("event.n == 1"), exits, 100);
  EXPECT_THAT(moved.by_exit, ElementsAre(Pair("a", 8u)));
}

TEST_F(MovedTest, a_long_backlog_is_cut_and_says_so) {
  const std::vector<PendingEvents> exits{from("a", 1)};
  const MovedEvents moved = count_moved(*tunnel_, *rules("true"), *rules("false"), exits, 0);
  EXPECT_THAT(moved.by_exit, IsEmpty());
  EXPECT_TRUE(moved.is_cut);
}

}  // namespace
}  // namespace tt::pipeline
