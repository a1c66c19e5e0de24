// Decision: what a configuration makes of one event, also when it is read back from its kept text.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/decision.h"

#include <gmock/gmock.h>

#include "base/disk.h"
#include "base/temporary_folder.h"
#include "event/decode.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPortals = R"(
entries:
  events: {type: http, path: /api/v1/events}
exits:
  hook: {type: webhook, url: 'https://bot:pass-of-bot@example.com/hook', auth: {bearer: literal-token}, set: {site: berlin}}
  room: {type: slack, url: {env: TT_NO_SUCH_VARIABLE}, text: "{{ event.message }}"}
)";
constexpr std::string_view kRules = R"(
let: {loud: 'event.severity == "error"'}
rules:
  - {name: loud ones, when: loud, set: {host: "{{ event.message }}"}, to: [hook, room]}
)";

class DecisionTest : public ::testing::Test {
 protected:
  DecisionTest() {
    ConfigSource source;
    source.paths = {file("a.yaml", kPortals), file("b.yaml", kRules)};
    config::Diagnostics diagnostics;
    auto files = std::make_shared<config::Files>();
    config_ = {load_settings(source, *files, diagnostics), files};
    EXPECT_TRUE(config_.settings) << config::print_text(diagnostics, *files);
  }
  std::string file(const std::string& name, std::string_view text) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(write_file(system_disk(), path, text).ok());
    return path;
  }
  Decision decided(const LoadedConfig& config, std::string_view json) {
    decoded_ = event::decode_events(json, event::BodyFormat::kJson, {}, 0);
    EXPECT_EQ(decoded_.events.size(), 1u);
    return decide(config, "0badcafe",
                  {{.seq = 7, .received_ns = 0, .entry = "events"}, decoded_.events[0]});
  }

  TemporaryFolder folder_;
  LoadedConfig config_;
  event::Decoded decoded_;
};

TEST_F(DecisionTest, it_tells_set_steps_and_the_request_of_each_exit) {
  const Decision decision = decided(config_, R"({"message":"fire","severity":"error"})");
  const std::string text = requests_text(decision);
  EXPECT_THAT(text, HasSubstr("hook, by rule `loud ones`"));
  EXPECT_THAT(text, HasSubstr("loud ones sets host = \"fire\""));
  EXPECT_THAT(text, HasSubstr("exit hook sets site = \"berlin\""));
  EXPECT_THAT(text, HasSubstr("POST https://"));
  EXPECT_THAT(text, HasSubstr("\"site\":\"berlin\""));
  EXPECT_THAT(rules_text(decision), HasSubstr("loud is event.severity == \"error\""));
}

TEST_F(DecisionTest, a_generation_read_back_from_its_files_judges_and_encodes_alike) {
  const auto kept = load_kept(config_.settings->text);
  ASSERT_TRUE(kept.ok()) << kept.error().text;
  const std::string event = R"({"message":"fire","severity":"error"})";
  EXPECT_EQ(rules_text(decided(*kept, event)), rules_text(decided(config_, event)));
  EXPECT_EQ(decision_json(decided(*kept, event)), decision_json(decided(config_, event)));
}

TEST_F(DecisionTest, no_secret_is_in_text_json_or_the_kept_files) {
  const Decision decision = decided(config_, R"({"message":"fire","severity":"error"})");
  const std::string all =
      requests_text(decision) + decision_json(decision) + config_.settings->text;
  EXPECT_THAT(all, Not(HasSubstr("pass-of-bot")));
  EXPECT_THAT(all, Not(HasSubstr("literal-token")));
}

TEST_F(DecisionTest, an_event_for_nobody_says_so) {
  const Decision decision = decided(config_, R"({"message":"m"})");
  EXPECT_EQ(requests_text(decision), "  no exit gets this event\n");
  EXPECT_THAT(decision_json(decision), HasSubstr("\"unrouted\":true,\"requests\":[]"));
}

TEST_F(DecisionTest, a_text_that_is_no_configuration_is_refused_with_the_reason) {
  const auto kept = load_kept("rules: [{to: nowhere}]\n");
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().text, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace tt::pipeline
