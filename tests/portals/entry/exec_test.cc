// Tests of portals/entry/exec: each event of a program is answered by its number.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

using ::testing::HasSubstr;

constexpr char kOptions[] =
    "command: [/usr/bin/python3, /etc/tt.py]\noptions: {depth: 3}\nsecrets: {token: s3cret}\n";

EntryEvents take(const std::string& lines) {
  const ConfiguredEntry exec("exec", kOptions);
  EntryEvents events;
  EXPECT_FALSE(exec->decode({.body = lines, .now_ns = kArrival}, {}, events));
  return events;
}

TEST(ExecEntry, events_are_acknowledged_by_their_numbers) {
  const EntryEvents events = take(
      "{\"op\":\"event\",\"n\":7,\"event\":{\"message\":\"a\",\"x\":1.50}}\n"
      "{\"op\":\"events\",\"n\":20,\"events\":[{\"message\":\"b\"},{\"message\":\"c\"}]}\n");
  ASSERT_EQ(events.events.size(), 3u);
  EXPECT_THAT(std::string(events.events[0].json), HasSubstr("\"x\":1.50"));
  ASSERT_TRUE(events.reply);
  EXPECT_EQ(events.reply->body, "{\"op\":\"ack\",\"n\":[7,20,21]}\n");
  EXPECT_FALSE(events.must_close);
}

TEST(ExecEntry, what_is_no_event_is_told_with_the_reason) {
  const EntryEvents events =
      take("{\"op\":\"events\",\"n\":1,\"events\":[{\"kind\":\"x\"},{\"message\":\"b\"},[1],7]}\n");
  EXPECT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.rejected.size(), 3u);
  ASSERT_TRUE(events.reply);
  EXPECT_THAT(events.reply->body, HasSubstr("{\"op\":\"nack\",\"n\":1,\"code\":\"reject\""));
  EXPECT_THAT(events.reply->body, HasSubstr("\"n\":[2]"));
}

TEST(ExecEntry, unknown_words_are_passed_over_and_noise_ends_the_program) {
  EXPECT_FALSE(take("{\"op\":\"ready\"}\n{\"op\":\"hum\",\"n\":3}\n\n").must_close);
  const EntryEvents noise =
      take("{\"op\":\"event\",\"n\":1,\"event\":{\"message\":\"a\"}}\nTraceback\n");
  EXPECT_TRUE(noise.must_close);
  EXPECT_EQ(noise.events.size(), 1u);
  EXPECT_TRUE(take("{\"op\":\"event\",\"event\":{\"message\":\"a\"}}\n").must_close);
}

TEST(ExecEntry, its_first_line_holds_options_and_secrets) {
  const ConfiguredEntry exec("exec", kOptions);
  StreamState state;
  const auto hello = parse_json(exec->greet(state));
  ASSERT_TRUE(hello);
  EXPECT_EQ(text_at(*hello, "op"), "hello");
  EXPECT_EQ(json_text(*find_at(*hello, "config")), R"({"depth":3,"token":"s3cret"})");
  EXPECT_EQ(exec->show().find("s3cret"), std::string::npos);
  EXPECT_EQ(exec->command()->argv.front(), "/usr/bin/python3");
}

}  // namespace
}  // namespace tt::portals::test
