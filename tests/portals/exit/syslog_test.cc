// Tests of portals/exit/syslog: frames that their receiver takes apart again as they were meant.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/text.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string syslog_frames(const std::string& options, std::string_view events) {
  const Configured syslog("syslog", options);
  EXPECT_TRUE(syslog.portal) << syslog.problems();
  const auto request = syslog.portal->encode(Outgoing(events).all());
  EXPECT_TRUE(request.ok());
  return request->body;
}

constexpr char kTcp[] = "address: tcp://127.0.0.1:514\n";
constexpr char kHostile[] =
    R"({"message":"x\n<0>1 - evil","service":"a b\"]","host":"h\ni","kind":"k\" ]","severity":"err"})";

TEST(Syslog, each_message_stands_behind_its_length) {
  std::string frames = syslog_frames(kTcp, std::string(kHostile) + "\n{\"message\":\"second\"}");
  for (int i = 0; i < 2; ++i) {
    const std::size_t space = frames.find(' ');
    const auto length = parse_u64(frames.substr(0, space));
    ASSERT_TRUE(length);
    ASSERT_GE(frames.size(), space + 1 + *length);
    EXPECT_THAT(frames.substr(space + 1, *length), StartsWith("<"));
    frames.erase(0, space + 1 + *length);
  }
  EXPECT_EQ(frames, "");
}

TEST(Syslog, lines_are_one_for_each_event) {
  const std::string lines = syslog_frames(std::string(kTcp) + "framing: lines\n",
                                          std::string(kHostile) + "\n{\"message\":\"second\"}");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST(Syslog, severities_are_those_of_the_protocol) {
  const auto priority = [](const std::string& severity) {
    const std::string text = syslog_frames(std::string(kTcp) + "framing: lines\nfacility: local0\n",
                                           R"({"message":"m","severity":")" + severity + "\"}");
    return text.substr(0, text.find('>') + 1);
  };
  EXPECT_EQ(priority("emergency"), "<128>");
  EXPECT_EQ(priority("error"), "<131>");
  EXPECT_EQ(priority("debug"), "<135>");
  EXPECT_EQ(priority("loud"), "<134>");
}

TEST(Syslog, values_cannot_end_their_structured_data) {
  const std::string text = syslog_frames(std::string(kTcp) + "framing: lines\n", kHostile);
  EXPECT_THAT(text, HasSubstr(R"(kind="k\" \]")"));
  EXPECT_THAT(text, HasSubstr(R"(service="a b\"\]")"));
}

TEST(Syslog, a_datagram_is_one_event_and_not_too_long) {
  const Configured syslog("syslog", "address: udp://127.0.0.1:514\n");
  ASSERT_TRUE(syslog.portal);
  EXPECT_FALSE(syslog.portal->batches());
  const std::string text = syslog_frames("address: udp://127.0.0.1:514\n",
                                         R"({"message":")" + std::string(5000, 'x') + "\"}");
  EXPECT_EQ(text.size(), 2048u);
  EXPECT_THAT(text, HasSubstr(" - \xEF\xBB\xBFxxx"));
  EXPECT_TRUE(Configured("syslog", "address: unix:/dev/log\n").portal);
  EXPECT_FALSE(Configured("syslog", "address: http://x\n").portal);
}

}  // namespace
}  // namespace tt::portals::test
