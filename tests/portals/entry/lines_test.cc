// Tests of portals/entry/lines: a bad line is refused alone.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kListen[] = "listen: tcp://127.0.0.1:5170\n";

EntryEvents decode(std::string body, DecodeContext context = {}) {
  const ConfiguredEntry lines("lines", kListen);
  EntryEvents events;
  const auto refusal = lines->decode({.body = body, .now_ns = kArrival}, context, events);
  EXPECT_FALSE(refusal);
  return events;
}

TEST(Lines, every_good_line_is_an_event) {
  const EntryEvents events = decode("{\"message\":\"a\"}\r\n\n{\"message\":\"b\"}");
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[1].text("message"), "b");
  EXPECT_TRUE(events.rejected.empty());
}

TEST(Lines, bad_lines_are_refused_alone) {
  const EntryEvents events = decode(
      "{\"message\":\"a\"}\n{oops\n\n{\"message\":\"b\"}\n{\"kind\":\"x\"}\n\xff\n{\"message\":"
      "\"c\"");
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[0].text("message"), "a");
  EXPECT_EQ(events.events[1].text("message"), "b");
  ASSERT_EQ(events.rejected.size(), 4u);
  EXPECT_EQ(events.rejected[0].index, 1u);
  EXPECT_EQ(events.rejected[1].index, 3u);
  EXPECT_EQ(events.rejected[2].index, 4u);
  EXPECT_EQ(events.rejected[3].index, 5u);
  for (const event::Rejected& one : events.rejected) EXPECT_FALSE(one.error.empty());
}

TEST(Lines, a_run_of_lines_is_no_batch) {
  DecodeContext context;
  context.limits.batch_events_max = 2;
  std::string body;
  for (int i = 0; i < 50; ++i) body += "{\"message\":\"m\"}\n";
  EXPECT_EQ(decode(body, context).events.size(), 50u);
  EXPECT_EQ(decode(body + "oops", context).events.size(), 50u);
}

TEST(Lines, nothing_is_nothing) {
  EXPECT_EQ(decode("").events.size(), 0u);
  EXPECT_EQ(decode("\n\n").rejected.size(), 0u);
}

TEST(Lines, listens_where_it_is_told) {
  const ConfiguredEntry lines("lines", "listen: [stdin, unix:/run/tt.sock]\n");
  EXPECT_EQ(lines->listen(), (std::vector<std::string>{"stdin", "unix:/run/tt.sock"}));
  EXPECT_EQ(lines->path(), "");
  EXPECT_FALSE(ConfiguredEntry(*find_entry("lines"), "type: lines\n").portal);
}

}  // namespace
}  // namespace tt::portals::test
