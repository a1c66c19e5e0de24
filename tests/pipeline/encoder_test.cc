// Encoder: from stored events to the one request of an exit.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/encoder.h"

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

class EncoderTest : public ::testing::Test {
 protected:
  void configure(const std::string& exit, const std::string& rule) {
    settings_ = offline_settings("entries:\n  events: {type: http, path: /in}\nexits:\n  hook: {" +
                                 exit + "}\nrules:\n  - {" + rule + "}\n");
    ASSERT_TRUE(settings_);
    router_.emplace(settings_->ruleset);
    encoder_.reset();
  }
  Result<portals::ExitRequest> encode(std::initializer_list<const OfflineEvent*> events) {
    std::vector<const tunnel::StoredEvent*> stored;
    for (const OfflineEvent* one : events) stored.push_back(&one->stored());
    return encoder_.encode(*router_, settings_->exits[0], 0, stored);
  }

  std::shared_ptr<const Settings> settings_;
  std::optional<rules::Router> router_;
  Encoder encoder_{"0badcafe"};
};

TEST_F(EncoderTest, the_exits_set_comes_after_the_rules_and_both_see_the_stored_event) {
  configure(R"(type: webhook, url: "https://example.com/", set: {second: "{{ event.message }}"})",
            R"(set: {message: "first {{ event.message }}"}, to: hook)");
  const OfflineEvent event(R"({"message":"disk full"})");
  const auto request = encode({&event});
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_NE(request->body.find(R"("message":"first disk full")"), std::string::npos)
      << request->body;
  EXPECT_NE(request->body.find(R"("second":"disk full")"), std::string::npos) << request->body;
}

TEST_F(EncoderTest, only_the_events_of_a_batch_that_a_rule_changes_are_changed) {
  configure("type: file, path: ./out.ndjson",
            R"(when: 'has(event.host)', set: {host: "[{{ event.host }}]"}, to: hook)");
  const OfflineEvent plain(R"({"message":"a"})", 1), changed(R"({"message":"b","host":"x"})", 2);
  const auto request = encode({&plain, &changed, &plain});
  ASSERT_TRUE(request.ok()) << request.error().text;
  const std::size_t at = request->body.find(R"("host":"[x]")");
  EXPECT_NE(at, std::string::npos) << request->body;
  EXPECT_EQ(request->body.find("[x]", at + 12), std::string::npos) << request->body;
}

TEST_F(EncoderTest, a_failed_hole_of_a_rule_and_one_of_the_exit_are_both_counted) {
  configure(R"(type: webhook, url: "https://example.com/", set: {b: "{{ event.no2 }}"})",
            R"(set: {a: "{{ event.no1 }}"}, to: hook)");
  const OfflineEvent event(R"({"message":"disk full"})");
  const auto request = encode({&event});
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_EQ(request->failures.count, 2u);
  EXPECT_NE(request->failures.first.find("no1"), std::string::npos) << request->failures.first;
}

}  // namespace
}  // namespace tt::pipeline
