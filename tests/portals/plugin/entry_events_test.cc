// Tests of portals/plugin/entry_events: what plugins add, one by one.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/entry_events.h"

#include <gtest/gtest.h>

namespace tt::portals::plugin {
namespace {

TEST(EntryAdder, what_is_no_event_is_refused_and_the_others_stay) {
  EntryEvents out;
  const EntryRequest request{.now_ns = 1};
  const DecodeContext context;
  EntryAdder adder(request, context, out);
  for (const char* wrong : {"", "[]", "[{\"message\":\"m\"}]", "{", "{\"message\":1}", "\xff"})
    EXPECT_NE(adder.add_json(wrong), "") << wrong;
  EXPECT_EQ(adder.add_json(" {\"message\":\"m\"}"), "");
  EXPECT_EQ(out.count(), 1u);
  EXPECT_EQ(out.rejected.size(), 6u);
}

TEST(EntryAdder, an_event_of_an_older_header_or_none_is_refused) {
  EntryEvents out;
  const EntryRequest request;
  const DecodeContext context;
  EntryAdder adder(request, context, out);
  EXPECT_EQ(adder.add(nullptr), TT_REJECT);
  tt_event event{.size = 8, .json = str_of("{\"message\":\"m\"}")};
  EXPECT_EQ(adder.add(&event), TT_REJECT);
  event.size = sizeof event;
  EXPECT_EQ(entry_events_of(adder.handle()).add(&event), TT_OK);
}

}  // namespace
}  // namespace tt::portals::plugin
