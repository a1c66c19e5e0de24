// What the API tells of a router that watches itself: why, status, readiness, metrics.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "api/api_fixture.h"
#include "base/metric_table.h"
#include "base/text.h"

namespace tt::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SelfTest : public testing::ApiTest {
 protected:
  SelfTest() { watches_itself_ = true; }
};

TEST_F(SelfTest, why_says_that_an_exit_is_not_told_of_itself) {
  target_.always(401);
  start("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
        testing::webhook("hook", target_) + "rules:\n  - {name: everything, to: hook}\n");
  const auto find = [&] {
    return read("/events?where=event.kind.endsWith(%22exit:down%22)").at("events").as_array();
  };
  ASSERT_TRUE(soon([&] { return find().size() == 1; }));
  const std::string id(find()[0].at("id").as_string());
  ASSERT_TRUE(soon([&] { return get("/api/v1/events/" + id + "/why").status == 200; }));
  const Answer why = get("/api/v1/events/" + id + "/why");
  EXPECT_THAT(why.body, HasSubstr("an exit never gets events about itself"));
  EXPECT_THAT(why.body, HasSubstr(R"("withheld":[{"exit":"hook","rule":"everything")"));
}

TEST_F(SelfTest, a_refused_reload_degrades_the_status_but_not_readiness) {
  start_usual();
  EXPECT_EQ(get("/readyz").body, "ready\n");
  configure("exits: {hook: {type: nonsense}}\n");
  change("/reload", 422);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_THAT(
      get("/readyz").body,
      HasSubstr("degraded: the newest configuration was refused: no exit portal `nonsense`"));
  EXPECT_EQ(read("/status").at("degraded").as_array().size(), 1u);
  EXPECT_THAT(get("/metrics").body, HasSubstr("\ntt_config_reload_refused 1\n"));
  configure("entries:\n  events: {type: http, path: /api/v1/events}\n");
  change("/reload");
  EXPECT_EQ(get("/readyz").body, "ready\n");
  EXPECT_THAT(get("/metrics").body, HasSubstr("\ntt_config_reload_refused 0\n"));
}

TEST_F(SelfTest, a_disk_that_fills_is_told_before_it_is_full_and_when_it_has_room_again) {
  start_usual();
  const auto kinds = [&] {
    std::string all;
    const testing::json::value found = read("/events?order=asc");
    for (const auto& one : found.at("events").as_array())
      all += std::string(one.at("event").at("kind").as_string()) + " ";
    return all;
  };
  ASSERT_TRUE(eventually([&] { return kinds() == "urn:time-tunnel:started "; }));
  memory_.set_free_bytes(300u << 20);
  ASSERT_TRUE(eventually(
      [&] { return kinds() == "urn:time-tunnel:started urn:time-tunnel:disk:low "; }, 500));
  memory_.set_free_bytes(1u << 20);
  clock_.advance_ns(kNsPerSec);
  EXPECT_EQ(post("/api/v1/events", R"({"message":"x"})").status, 503);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("degraded: the disk is full"));
  ASSERT_TRUE(eventually([&] { return daemon_->tunnel().status().is_full; }));
  // Stays full long enough to be noticed; its event waits for room.
  const SteadyNs noticed = clock_.steady_ns() + 20 * kNsPerSec;
  ASSERT_TRUE(eventually([&] { return clock_.steady_ns() > noticed; }, 500));
  memory_.set_free_bytes(8ull << 30);
  ASSERT_TRUE(eventually(
      [&] {
        return kinds() ==
               "urn:time-tunnel:started urn:time-tunnel:disk:low urn:time-tunnel:disk:full "
               "urn:time-tunnel:disk:ok ";
      },
      500));
}

/// `name{a="1",b="2"} 3` as "name a b"; of a histogram the parts count as one.
std::string series_of(std::string_view line) {
  const std::size_t open = line.find('{'), space = line.find(' ');
  std::string name(line.substr(0, std::min(open, space)));
  std::string labels;
  if (open < space) {
    for (const std::string_view pair : split(line.substr(open + 1, line.find('}') - open - 1), ','))
      if (const auto label = pair.substr(0, pair.find('=')); label != "le")
        labels += (labels.empty() ? "" : " ") + std::string(label);
  }
  for (const std::string_view part : {"_bucket", "_sum", "_count"})
    if (name.ends_with(part)) name.erase(name.size() - part.size());
  return name + "|" + labels;
}

TEST_F(SelfTest, every_metric_of_a_running_daemon_is_in_the_table_and_the_other_way_round) {
  target_.always(400);
  start(
      "entries:\n  events: {type: http, path: /api/v1/events}\n"
      "  stream: {type: lines, listen: 'tcp://127.0.0.1:0'}\n"
      "  logs: {type: lines, files: /nowhere/*.log}\nexits:\n" +
      testing::webhook("hook", target_) + "rules:\n  - {to: hook}\n");
  EXPECT_EQ(post("/api/v1/events", R"({"message":"x"})").status, 202);
  ASSERT_TRUE(eventually([&] { return exit("hook").dead > 0; }));
  ASSERT_TRUE(eventually(
      [&] { return get("/metrics").body.find("tt_entry_files{") != std::string::npos; }));
  change("/reload");
  const Answer metrics = get("/metrics");
  std::set<std::string> exposed, known;
  for (const std::string_view line : split(metrics.body, '\n')) {
    if (line.starts_with("# TYPE ")) {
      const auto words = split(line, ' ');
      const auto row = std::find_if(std::begin(kMetricRows), std::end(kMetricRows),
                                    [&](const MetricRow& one) { return one.name == words[2]; });
      ASSERT_NE(row, std::end(kMetricRows)) << line << ": src/base/metric_table.h lacks it";
      constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram"};
      EXPECT_EQ(words[3], kTypes[static_cast<std::size_t>(row->type)]) << line;
    } else if (!line.empty() && line[0] != '#') {
      exposed.insert(series_of(line));
    }
  }
  for (const MetricRow& row : kMetricRows)
    known.insert(std::string(row.name) + "|" + std::string(row.labels));
  for (const std::string& one : exposed) EXPECT_TRUE(known.contains(one)) << one;
  // What exists only once it has happened: replays, lag, damage, torn writes.
  const std::set<std::string_view> rare{
      "tt_exit_lag_percent",           "tt_exit_lag_bytes",
      "tt_exit_lag_seconds",           "tt_tunnel_corrupt_records_total",
      "tt_tunnel_recovery_cut_bytes",  "tt_tunnel_uncertain_total",
      "tt_http_request_errors_total",  "tt_tunnel_dead_damaged_total",
      "tt_clock_jumps_total",          "tt_stream_datagrams_total",
      "tt_stream_datagrams_lost_total"};
  for (const MetricRow& row : kMetricRows) {
    if (rare.contains(row.name) || row.name.starts_with("tt_replay_")) continue;
    EXPECT_TRUE(exposed.contains(std::string(row.name) + "|" + std::string(row.labels)))
        << row.name << " is in the table, and nothing counts it";
  }
}

}  // namespace
}  // namespace tt::api
