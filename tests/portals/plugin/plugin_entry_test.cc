// Tests of portals/plugin/plugin_entry: bodies in, events or a refusal out.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_entry.h"

#include "portals/entry/entry_fixture.h"
#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using portals::test::ConfiguredEntry;

const EntryDescriptor& odd_entry(std::string_view name) {
  for (const auto& entry : odd().entries)
    if (entry->name == name) return *entry;
  std::abort();
}

struct Decoded {
  EntryEvents events;
  std::optional<EntryRefusal> refusal;
  Decoded(const std::string& mode, std::string_view body) {
    const ConfiguredEntry entry(odd_entry("odd_decode"),
                                "type: odd_decode\npath: /odd\nmode: " + mode + "\n");
    EXPECT_TRUE(entry.portal) << entry.problems();
    const net::Headers headers{{"X-Key", "k1"}};
    refusal = entry.portal->decode({.headers = &headers, .body = body, .now_ns = kNow}, {}, events);
  }
};

TEST(PluginEntry, what_decode_adds_are_canonical_events_with_their_key) {
  const Decoded made("decode", R"({"message":"m", "n": 1})");
  EXPECT_FALSE(made.refusal);
  ASSERT_EQ(made.events.count(), 1u);
  EXPECT_EQ(made.events.events[0].text("message"), "m");
  EXPECT_EQ(made.events.events[0].text("kind"), "unknown");
  EXPECT_EQ(made.events.idempotency_key, "k1");
  EXPECT_FALSE(made.events.reply);
}

TEST(PluginEntry, codes_become_statuses) {
  EXPECT_EQ(Decoded("decode", "no json").refusal->status, 400);
  EXPECT_EQ(Decoded("decode", "").refusal->status, 401);
  EXPECT_EQ(Decoded("status", "").refusal->status, 418);
  EXPECT_EQ(Decoded("unset", "x").refusal->status, 503);
  const Decoded answered("answer", R"({"message":"m"})");
  ASSERT_TRUE(answered.events.reply);
  EXPECT_EQ(answered.events.reply->status, 201);
  EXPECT_EQ(answered.events.reply->body, "thanks");
}

TEST(PluginEntry, the_path_is_the_hosts_business) {
  EXPECT_FALSE(ConfiguredEntry(odd_entry("odd_decode"), "type: odd_decode\nmode: decode\n").portal);
  EXPECT_FALSE(
      ConfiguredEntry(odd_entry("odd_decode"), "type: odd_decode\nmode: decode\npath: odd\n")
          .portal);
  const ConfiguredEntry runs(odd_entry("odd_run"), "type: odd_run\nmode: run\n");
  ASSERT_TRUE(runs.portal) << runs.problems();
  EXPECT_TRUE(runs.portal->source());
  EXPECT_EQ(runs.portal->path(), "");
}

}  // namespace
}  // namespace tt::portals::plugin::test
