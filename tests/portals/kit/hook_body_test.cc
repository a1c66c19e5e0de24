// Tests of portals/kit/hook_body.h: JSON is read from any bytes that are nearly JSON.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/hook_body.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "portals/kit/json.h"

namespace tt::portals {
namespace {

TEST(HookBody, good_json_is_not_copied) {
  const std::string bytes = R"({"a":1.50})";
  const HookBody body = read_hook_body(bytes);
  ASSERT_TRUE(body.json);
  EXPECT_EQ(body.text.data(), bytes.data());
  EXPECT_EQ(body.raw(), bytes);
}

TEST(HookBody, a_mark_of_byte_order_and_bad_bytes_are_mended) {
  const std::string marked = "\xEF\xBB\xBF{\"a\":1}";
  EXPECT_EQ(read_hook_body(marked).raw(), "{\"a\":1}");
  const std::string bad = "{\"a\":\"\xff\"}";
  HookBody body = read_hook_body(bad);
  const HookBody moved = std::move(body);
  EXPECT_EQ(moved.raw(), "{\"a\":\"\xEF\xBF\xBD\"}");
  EXPECT_EQ(text_at(*moved.json, "a"), "\xEF\xBF\xBD");
}

TEST(HookBody, what_is_no_json_has_no_raw_and_still_its_text) {
  const std::string bytes = "disk is\nfull";
  const HookBody body = read_hook_body(bytes);
  EXPECT_FALSE(body.json);
  EXPECT_EQ(body.raw(), "");
  event::EventBatch batch;
  add_hook_event(batch, unknown_hook("x", "X sent what is no hook", body), body.raw(), {}, 0);
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_EQ(batch[0].text("kind"), "urn:x:unknown");
  EXPECT_EQ(batch[0].text("message"), "X sent what is no hook: disk is");
  EXPECT_EQ(batch[0].text("source"), "urn:x");
}

TEST(HookBody, why_it_is_no_json_is_told_of_what_was_mended) {
  std::string error;
  EXPECT_TRUE(parse_or_mend("{\"a\":\"\xff\"}", &error).json);
  EXPECT_EQ(error, "");
  EXPECT_FALSE(parse_or_mend("{", &error).json);
  EXPECT_NE(error, "");
}

TEST(HookBody, nesting_beyond_an_event_is_read) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  EXPECT_TRUE(read_hook_body(deep).json);
  const std::string deeper = std::string(100'000, '[');
  EXPECT_FALSE(read_hook_body(deeper).json);
}

}  // namespace
}  // namespace tt::portals
