// Rehearsal: a configuration says what it would do with an event, by the steps of a real delivery.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/rehearsal.h"

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

constexpr std::string_view kLoudToHook = R"(
entries:
  events: {type: http, path: /api/v1/events}
exits:
  hook:
    type: webhook
    url: https://example.com/hook
    set: {site: berlin}
  archive: {type: file, path: ./archive.ndjson}
rules:
  - name: loud
    when: 'event.severity == "error"'
    set: {message: "{{ event.host }}: {{ event.message }}", broken: "{{ event.nothing.at.all }}"}
    to: hook
  - {name: all, to: archive}
)";

class RehearsalTest : public ::testing::Test {
 protected:
  Rehearsal rehearsal_{offline_settings(kLoudToHook), "0badcafe"};
};

TEST_F(RehearsalTest, the_request_carries_what_the_rule_and_then_the_exit_have_set) {
  const OfflineEvent event(R"({"message":"disk full","severity":"error","host":"db1"})");
  const auto request = rehearsal_.request(0, event.stored());
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_NE(request->body.find(R"("message":"db1: disk full")"), std::string::npos)
      << request->body;
  EXPECT_NE(request->body.find(R"("site":"berlin")"), std::string::npos) << request->body;
  EXPECT_EQ(rehearsal_.id_of(event.stored()), "0badcafe-7");
}

TEST_F(RehearsalTest, the_explanation_names_the_exits_that_get_the_event) {
  const auto quiet = rehearsal_.explain(OfflineEvent(R"({"message":"hello"})").stored());
  ASSERT_EQ(quiet.exits.size(), 1u);
  EXPECT_EQ(rehearsal_.settings().exits[quiet.exits[0].exit].name, "archive");
  EXPECT_EQ(rehearsal_.explain(OfflineEvent(R"({"message":"x","severity":"error"})").stored())
                .exits.size(),
            2u);
}

}  // namespace
}  // namespace tt::pipeline
