// Tests of portals/kit/hook_event.h and shrink.h: hooks are stored whatever they hold.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/hook_event.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/random.h"
#include "base/utf8.h"
#include "portals/kit/json.h"
#include "portals/kit/moments.h"
#include "portals/kit/shrink.h"

namespace tt::portals {
namespace {

event::EventBatch added_event(const HookEvent& event, std::string_view raw,
                              DecodeContext context = {}) {
  event::EventBatch batch;
  add_hook_event(batch, event, raw, context, kArrival);
  EXPECT_EQ(batch.size(), 1u);
  return batch;
}

TEST(HookEvent, keeps_the_senders_fields_under_raw) {
  const auto batch = added_event(HookEvent().text("kind", "urn:x").text("message", "m"),
                                 R"({"a":{"b":1.10},"c":[{"d":"e"}]})");
  EXPECT_EQ(batch[0].text("raw.a.b"), "");
  EXPECT_EQ(batch[0].raw_value(*batch[0].find("raw.a.b")), "1.10");
  EXPECT_EQ(batch[0].text("raw.c.0.d"), "e");
  EXPECT_EQ(batch[0].find("truncated"), nullptr);
}

TEST(HookEvent, drops_raw_when_told) {
  const auto batch =
      added_event(HookEvent().text("message", "m"), R"({"a":1})", {.raw = Raw::kDrop});
  EXPECT_EQ(batch[0].find("raw.a"), nullptr);
}

TEST(HookEvent, a_missing_message_becomes_the_kind) {
  EXPECT_EQ(added_event(HookEvent().text("kind", "urn:x:y"), "")[0].text("message"), "urn:x:y");
  EXPECT_FALSE(added_event(HookEvent(), "")[0].text("message").empty());
}

TEST(HookEvent, bad_bytes_and_bad_times_do_not_lose_the_event) {
  const auto batch = added_event(
      HookEvent().text("message", "a\xff z").text("timestamp", "yesterday").text("host", "h\xc3"),
      "{\"s\":\"\\ud800 x\",\"t\":\"\xfe\"}");
  EXPECT_TRUE(is_utf8(batch[0].json));
  EXPECT_EQ(batch[0].text("message"), "a\xEF\xBF\xBD z");
  EXPECT_EQ(batch[0].text("raw.s"), "\xEF\xBF\xBD x");
  EXPECT_NE(batch[0].text("timestamp"), "yesterday");
}

struct LargeCase {
  const char* name;
  std::string raw;
};

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "{\"a\":";
  text += "1";
  for (int i = 0; i < depth; ++i) text += "}";
  return text;
}

std::string repeated(std::string_view item, int times) {
  std::string text = "{\"list\":[";
  for (int i = 0; i < times; ++i) text.append(i ? "," : "").append(item);
  return text + "]}";
}

std::string many_members(int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":\"v\"";
  return text + "}";
}

TEST(HookEvent, what_is_too_large_is_cut_and_says_so) {
  const LargeCase cases[] = {
      {"long string", "{\"log\":\"" + std::string(1'200'000, 'x') + "\",\"keep\":\"me\"}"},
      {"long list of maps", repeated(R"({"id":1,"message":"a commit"})", 2000)},
      {"long list of texts", repeated("\"0123456789abcdef\"", 60'000)},
      {"deep", nested(300)},
      {"many members", many_members(2'000)},
      {"no JSON", "this is {no JSON"},
  };
  for (const LargeCase& one : cases) {
    SCOPED_TRACE(one.name);
    const auto batch = added_event(HookEvent().text("kind", "k").text("message", "m"), one.raw);
    EXPECT_LE(batch[0].json.size(), 1u << 20);
    EXPECT_LE(batch[0].fields.size(), 1000u);
    ASSERT_NE(batch[0].find("truncated"), nullptr);
    EXPECT_EQ(batch[0].text("message"), "m");
  }
  EXPECT_EQ(added_event(HookEvent().text("message", "m"), cases[0].raw)[0].text("raw.keep"), "me");
}

TEST(HookEvent, a_huge_message_is_cut) {
  const auto batch = added_event(HookEvent().text("message", std::string(1'200'000, 'x')), "");
  EXPECT_LT(batch[0].text("message").size(), 70'000u);
  EXPECT_NE(batch[0].find("truncated"), nullptr);
}

TEST(HookEvent, random_bytes_never_lose_the_event) {
  constexpr std::string_view kBytes("{}[]\",:\\u0d8\xff\x01 a1", 18);  // The last one is NUL.
  SeededRandom random(5);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random.below(60), '\0');
    for (char& c : bytes) c = kBytes[random.below(kBytes.size())];
    const auto batch = added_event(
        HookEvent().text("message", bytes).text("kind", bytes).text(bytes, bytes), bytes);
    ASSERT_EQ(batch.size(), 1u);
    EXPECT_TRUE(is_utf8(batch[0].json));
    EXPECT_FALSE(batch[0].text("message").empty());
  }
}

TEST(Shrink, leaves_alone_what_fits) {
  boost::json::value value = boost::json::parse(R"({"a":[1,{"b":"c"}],"d":{}})");
  const std::string before = json_text(value);
  EXPECT_FALSE(shrink_json(value, 3, {}));
  EXPECT_EQ(json_text(value), before);
}

TEST(Shrink, reaches_tiny_limits) {
  boost::json::value value = boost::json::parse(R"({"a":[1,{"b":"ccccccccc"}],"d":{"e":[[[1]]]}})");
  EXPECT_TRUE(shrink_json(value, 3, {.bytes_max = 20, .fields_max = 1, .depth_max = 2}));
  const FlatCost cost = flat_cost(value, 3);
  EXPECT_LE(cost.bytes, 20u);
  EXPECT_LE(cost.fields, 1u);
}

}  // namespace
}  // namespace tt::portals
