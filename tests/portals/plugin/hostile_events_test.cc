// Tests of portals/plugin/hostile_events: the corpus holds what it promises.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/hostile_events.h"

#include <gmock/gmock.h>

namespace tt::portals::plugin {
namespace {

TEST(HostileEvents, every_named_field_is_hostile) {
  const event::EventBatch events = hostile_events(1);
  EXPECT_GE(events.size(), 10u);
  for (std::size_t i = 0; i + 1 < events.size(); ++i)
    EXPECT_EQ(events[i].text("message"), events[i].text("alert_key"));
  EXPECT_THAT(hostile_bodies(), testing::Contains(""));
}

}  // namespace
}  // namespace tt::portals::plugin
