// Tests of portals/entry/@NAME@.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

TEST(@TYPE@, the_body_is_the_message) {
  const ConfiguredEntry entry("@NAME@", "");
  ASSERT_TRUE(entry.portal);
  EntryEvents events;
  EXPECT_FALSE(entry.portal->decode({.body = "disk full"}, {}, events));
  ASSERT_EQ(events.count(), 1u);
  EXPECT_EQ(events.events[0].text("message"), "disk full");
}

}  // namespace
}  // namespace tt::portals::test
