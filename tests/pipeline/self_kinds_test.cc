// Events about an exit: who never gets them, and that every way of asking says so.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/self_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "pipeline/decision.h"
#include "pipeline/offline.h"
#include "pipeline/rehearsal.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kChatAndArchive =
    "entries:\n  events: {type: http, path: /in}\n"
    "exits:\n  chat: {type: stdout}\n  archive: {type: stdout}\n"
    "rules:\n  - {name: everything, to: [chat, archive]}\n";

/// An event of this entry that names the exit `chat`.
tunnel::StoredEvent about_chat(event::EventBatch& batch, std::string_view entry) {
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_text("message", "exit chat is down");
  writer.set_text("exit", "chat");
  EXPECT_TRUE(writer.finish(1).ok());
  return {{.seq = 1, .received_ns = 1, .entry = entry}, batch[0]};
}

TEST(SelfKinds, only_events_of_the_router_are_kept_from_the_exit_that_they_name) {
  const auto settings = offline_settings(kChatAndArchive);
  event::EventBatch batch;
  const auto of_self = about_chat(batch, kSelfEntry);
  EXPECT_EQ(subject_of(of_self, *settings->ruleset), settings->ruleset->find_exit("chat"));
  event::EventBatch other;
  EXPECT_EQ(subject_of(about_chat(other, "events"), *settings->ruleset), std::nullopt);
}

TEST(SelfKinds, a_decision_says_who_does_not_get_the_event_and_why) {
  const auto settings = offline_settings(kChatAndArchive);
  event::EventBatch batch;
  const Decision decision =
      decide({settings, std::make_shared<config::Files>()}, "00000000", about_chat(batch, "self"));
  ASSERT_EQ(decision.explanation.exits.size(), 1u);
  EXPECT_EQ(settings->ruleset->exits()[decision.explanation.exits[0].exit], "archive");
  EXPECT_THAT(requests_text(decision),
              HasSubstr("chat does not get it: an exit never gets events about itself"));
  EXPECT_THAT(decision_json(decision),
              HasSubstr(R"("withheld":[{"exit":"chat","rule":"everything","reason":"an exit)"));
}

TEST(SelfKinds, no_kind_stands_twice_in_the_table_and_each_says_when) {
  std::set<std::string_view> kinds;
  for (const portals::ProducedKind& one : self_kinds()) {
    EXPECT_TRUE(kinds.insert(one.kind).second) << one.kind;
    EXPECT_TRUE(one.kind.starts_with("urn:time-tunnel:")) << one.kind;
    EXPECT_FALSE(one.when.empty()) << one.kind;
    EXPECT_EQ(one.kind.ends_with('*'), !one.words.empty()) << one.kind;
  }
}

}  // namespace
}  // namespace tt::pipeline
