// Times, keys that fit and pages of strangers.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/outgoing.h"

#include <gtest/gtest.h>

#include "event/decode.h"

namespace tt::portals {
namespace {

TEST(TimeOf, is_the_events_own_and_else_when_it_came) {
  for (const auto& [timestamp, expected] : {std::pair{"2026-01-31 12:00", "2026-01-31T12:00:00Z"},
                                            std::pair{"", "1970-01-01T00:00:05Z"}}) {
    const event::Decoded decoded =
        event::decode_events(R"({"message":"m","timestamp":"2026-01-31 12:00"})",
                             event::BodyFormat::kJson, event::Limits{}, 0);
    ASSERT_EQ(decoded.events.size(), 1u);
    OutgoingEvent out{.event = decoded.events[0], .meta = {.received_ns = 5 * kNsPerSec}};
    if (*timestamp == '\0') out.event.fields = {};
    EXPECT_EQ(format_time(time_of(out)), expected);
  }
}

TEST(ShortKey, a_key_that_fits_stays) {
  EXPECT_EQ(short_key("disk:db1", 100), "disk:db1");
  EXPECT_EQ(short_key(std::string(100, 'k'), 100), std::string(100, 'k'));
  EXPECT_EQ(short_key("", 100), "");
}

TEST(ShortKey, keys_that_differ_at_their_end_stay_apart) {
  const std::string start(300, 'k');
  const std::string one = short_key(start + "1", 100), two = short_key(start + "2", 100);
  EXPECT_EQ(one.size(), 100u);
  EXPECT_NE(one, two);
  EXPECT_TRUE(one.starts_with("kkk"));
  EXPECT_EQ(one, short_key(start + "1", 100)) << "the same key, the same text";
}

TEST(ShortKey, is_cut_between_characters) {
  std::string key;
  for (int i = 0; i < 100; ++i) key += "é";
  for (std::size_t bytes = 65; bytes < 80; ++bytes) {
    EXPECT_TRUE(is_utf8(short_key(key, bytes))) << bytes;
    EXPECT_LE(short_key(key, bytes).size(), bytes);
  }
}

TEST(VerdictUnlessPage, a_success_with_a_web_page_is_no_success) {
  const auto kind = [](int status, std::string body) {
    return verdict_unless_page({.status = status, .body = std::move(body)}, false, 0).kind;
  };
  EXPECT_EQ(kind(200, "\n <!DOCTYPE html><title>Log in</title>"), VerdictKind::kMisconfigured);
  EXPECT_EQ(kind(200, ""), VerdictKind::kDelivered);
  EXPECT_EQ(kind(202, "{}"), VerdictKind::kDelivered);
  EXPECT_EQ(kind(502, "<html>Bad Gateway</html>"), VerdictKind::kRetry);
  EXPECT_EQ(kind(400, "<html>"), VerdictKind::kRejected);
}

}  // namespace
}  // namespace tt::portals
