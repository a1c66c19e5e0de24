// Tests of the registry of metrics and its text form.
// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/spawner.h"

namespace tt {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, the_same_name_and_labels_give_the_same_object) {
  Metrics metrics;
  Counter& a = metrics.counter("tt_events_total", "Events.", {{"entry", "a"}});
  Counter& b = metrics.counter("tt_events_total", "Events.", {{"entry", "b"}});
  EXPECT_EQ(&a, &metrics.counter("tt_events_total", "Events.", {{"entry", "a"}}));
  EXPECT_NE(&a, &b);
}

TEST(Metrics, renders_the_text_format) {
  Metrics metrics;
  metrics.counter("tt_events_total", "Events taken in.", {{"entry", "a\"b\n"}}).add(3);
  metrics.gauge("tt_tunnel_bytes", "Size.").set(-7);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# HELP tt_events_total Events taken in.\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE tt_events_total counter\n"));
  EXPECT_THAT(text, HasSubstr("tt_events_total{entry=\"a\\\"b\\n\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE tt_tunnel_bytes gauge\n"));
  EXPECT_THAT(text, HasSubstr("tt_tunnel_bytes -7\n"));
}

TEST(Metrics, histograms_count_into_every_bucket_that_holds_the_value) {
  Metrics metrics;
  Histogram& seconds = metrics.histogram("tt_delivery_seconds", "Time.", {{"exit", "x"}});
  seconds.observe_seconds(0.003);
  seconds.observe_seconds(100);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("tt_delivery_seconds_bucket{exit=\"x\",le=\"0.0025"));
  EXPECT_THAT(text, HasSubstr("tt_delivery_seconds_bucket{exit=\"x\",le=\"60\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("tt_delivery_seconds_bucket{exit=\"x\",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("tt_delivery_seconds_count{exit=\"x\"} 2\n"));
}

TEST(Metrics, counts_of_all_threads_arrive) {
  Metrics metrics;
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int t = 0; t < 4; ++t) {
      threads.push_back(system_spawner().spawn("counter", [&metrics] {
        for (int i = 0; i < 1000; ++i) metrics.counter("tt_events_total", "Events.").add();
        (void)metrics.render();
      }));
    }
  }
  EXPECT_EQ(metrics.counter("tt_events_total", "Events.").value(), 4000u);
}

TEST(MetricsDeathTest, one_name_has_one_type) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Metrics metrics;
  metrics.counter("tt_events_total", "Events.");
  EXPECT_DEATH(metrics.gauge("tt_events_total", "Events."), "one name, one type");
}

}  // namespace
}  // namespace tt
