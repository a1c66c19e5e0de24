// Tests of kit/intake: no message is refused for what it is, and none is taken before it is stored.
// SPDX-License-Identifier: Apache-2.0
#include "kit/intake.h"

#include <gtest/gtest.h>

#include "plugins/kit/fake_host.h"

namespace tt::broker::test {
namespace {

bool holds(std::string_view json, std::string_view part) { return json.find(part) != json.npos; }

class IntakeTest : public ::testing::Test {
 protected:
  FakeHost host_;
  const portals::Inbox inbox_{&host_.table};
  const Intake intake_{inbox_, "redis"};
};

TEST_F(IntakeTest, what_the_tunnel_refuses_is_stored_as_an_unknown_event) {
  host_.judge = [](std::string_view json) {
    return holds(json, ":unknown") || holds(json, "good") ? TT_OK : TT_REJECT;
  };
  const std::vector<Message> messages{{"good 1"}, {"{\"message\":\"\\ud800\"}"}, {"good 2"}};
  ASSERT_TRUE(intake_.store_all(messages).ok());
  const auto stored = host_.stored();
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_TRUE(holds(stored[2], "urn:redis:unknown"));
  EXPECT_TRUE(holds(stored[2], "\\ud800"));
  EXPECT_TRUE(host_.logs.empty());
}

TEST_F(IntakeTest, the_raw_text_goes_before_the_message_does) {
  host_.judge = [](std::string_view json) { return holds(json, "\"raw\"") ? TT_REJECT : TT_OK; };
  ASSERT_TRUE(intake_.store_all(std::vector<Message>{{"{\"raw\":1}"}}).ok());
  ASSERT_EQ(host_.stored().size(), 1u);
  EXPECT_TRUE(holds(host_.stored()[0], "\"truncated\":true"));
}

TEST_F(IntakeTest, what_has_no_form_is_told_and_logged) {
  host_.judge = [](std::string_view) { return TT_REJECT; };
  const std::vector<Message> messages{{"a"}};
  const auto faults = intake_.store(messages);
  ASSERT_TRUE(faults.ok());
  EXPECT_EQ((*faults)[0], "no thanks");
  EXPECT_TRUE(intake_.store_all(messages).ok());
  ASSERT_EQ(host_.logs.size(), 1u);
  EXPECT_TRUE(holds(host_.logs[0], "no thanks"));
}

TEST_F(IntakeTest, a_tunnel_that_stops_or_cannot_now_has_nothing_acknowledged) {
  const std::vector<Message> messages{{"a"}, {"b"}};
  host_.judge = [](std::string_view json) { return holds(json, "\"b\"") ? TT_RETRY : TT_OK; };
  const Status later = intake_.store_all(messages);
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.error().code, Code::kRetry);
  host_.stop();
  const Status stopped = intake_.store_all(messages);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, Code::kStopped);
}

TEST_F(IntakeTest, nothing_is_nothing) { EXPECT_TRUE(intake_.store_all({}).ok()); }

}  // namespace
}  // namespace tt::broker::test
