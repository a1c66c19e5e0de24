// Tests of kit/text: bytes of strangers become texts.
// SPDX-License-Identifier: Apache-2.0
#include "kit/text.h"

#include <gtest/gtest.h>

namespace tt::broker::test {
namespace {

constexpr char kMark[] = "\xEF\xBF\xBD";

TEST(BrokerText, what_is_utf8_stays) {
  for (const std::string_view text : {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC",
                                      "\xF0\x9F\x9A\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(mend_utf8(text), text);
}

TEST(BrokerText, what_is_not_becomes_the_mark_byte_by_byte) {
  EXPECT_EQ(mend_utf8("a\xFFz"), std::string("a") + kMark + "z");
  EXPECT_EQ(mend_utf8("\xC0\xAF"), std::string(kMark) + kMark);              // Overlong.
  EXPECT_EQ(mend_utf8("\xED\xA0\x80"), std::string(kMark) + kMark + kMark);  // A surrogate.
  EXPECT_EQ(mend_utf8("\xF4\x90\x80\x80").size(), 12u);                      // Beyond U+10FFFF.
  EXPECT_EQ(mend_utf8("ok\xE2\x82"), std::string("ok") + kMark + kMark);     // Cut off.
}

TEST(BrokerText, cuts_between_characters) {
  EXPECT_EQ(cut_utf8("\xE2\x82\xAC\xE2\x82\xAC", 5), "\xE2\x82\xAC");
  EXPECT_EQ(cut_utf8("\xE2\x82\xAC", 2), "");
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
}

TEST(BrokerText, the_headline_is_the_first_line_that_holds_anything) {
  EXPECT_EQ(headline("\n  first \nsecond"), "first");
  EXPECT_EQ(headline("abcdef", 3), "abc");
  EXPECT_EQ(headline(" \n"), "");
}

TEST(BrokerText, nul_at_the_end_is_white_space) {
  EXPECT_EQ(trim(std::string_view("{}\n\0", 4)), "{}");
  EXPECT_EQ(trim("\r\n"), "");
}

TEST(BrokerText, strings_go_to_json_and_back) {
  const std::string text("a\"b\\c\n\x01\xC3\xBC", 9);
  EXPECT_EQ(json_text(json_string(text)), text);
  EXPECT_EQ(json_text("\"\\u00fc\\/\""), "\xC3\xBC/");
  EXPECT_EQ(json_text("12.50"), "12.50");
  EXPECT_EQ(json_text("{\"a\":1}"), "{\"a\":1}");
}

}  // namespace
}  // namespace tt::broker::test
