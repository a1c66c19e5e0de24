// Tests of UTF-8: what RFC 3629 forbids is found, and cuts fall between characters.
// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tt {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

TEST(Utf8, accepts_the_first_and_last_character_of_each_length) {
  for (const std::uint32_t rune :
       {0u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xD7FFu, 0xE000u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text;
    append_rune(text, rune);
    EXPECT_TRUE(is_utf8(text)) << std::hex << rune;
    std::size_t position = 0;
    EXPECT_EQ(next_rune(text, position), rune);
    EXPECT_EQ(position, text.size());
  }
}

TEST(Utf8, refuses_what_the_standard_forbids) {
  const std::vector<std::string_view> all{
      "\x80",              // A tail without a start.
      "\xC0\x80",          // Overlong, two bytes.
      "\xC1\xBF",          // Overlong, two bytes.
      "\xE0\x9F\xBF",      // Overlong, three bytes.
      "\xF0\x8F\xBF\xBF",  // Overlong, four bytes.
      "\xED\xA0\x80",      // The first surrogate.
      "\xED\xBF\xBF",      // The last surrogate.
      "\xF4\x90\x80\x80",  // U+110000.
      "\xF5\x80\x80\x80",  // No such start.
      "\xFF",              // No such byte.
      "\xC3",              // Cut.
      "\xE2\x82",          // Cut.
      "\xF0\x9F\x98",      // Cut.
      "\xC3(",             // A start without a tail.
  };
  for (const std::string_view text : all) {
    EXPECT_FALSE(is_utf8(text)) << ::testing::PrintToString(std::string(text));
    EXPECT_FALSE(is_utf8("long plain text before " + std::string(text)));
  }
}

TEST(Utf8, an_error_behind_many_plain_bytes_is_found) {
  for (std::size_t i = 0; i < 20; ++i) {
    std::string text(20, 'a');
    text[i] = '\xFF';
    EXPECT_FALSE(is_utf8(text)) << i;
  }
}

TEST(Utf8, repair_replaces_each_bad_byte_and_keeps_the_rest) {
  EXPECT_EQ(to_utf8("a\xFF\xC3\xA9z"), "a" + kReplaced + "\xC3\xA9z");
  EXPECT_EQ(to_utf8("\xE2\x82"), kReplaced + kReplaced);
  EXPECT_EQ(to_utf8(""), "");
}

TEST(Utf8, clipping_to_bytes_never_splits_a_character) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80z";  // 1, 2, 4 and 1 bytes.
  const std::vector<std::size_t> expected{0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
  for (std::size_t max = 0; max < expected.size(); ++max) {
    EXPECT_EQ(clip_bytes(text, max).size(), expected[max]) << max;
  }
}

TEST(Utf8, clipping_to_bytes_ends_on_bytes_that_are_no_characters) {
  const std::string tails(10, '\x80');
  EXPECT_EQ(clip_bytes(tails, 6).size(), 6u);
}

TEST(Utf8, clipping_to_runes_marks_the_cut) {
  EXPECT_EQ(clip_runes("h\xC3\xA9llo", 5), "h\xC3\xA9llo");
  EXPECT_EQ(clip_runes("h\xC3\xA9llo!", 5), "h\xC3\xA9ll\xE2\x80\xA6");
  EXPECT_EQ(clip_runes("abc", 1), "\xE2\x80\xA6");
  EXPECT_EQ(clip_runes("abc", 0), "");
  EXPECT_EQ(clip_runes("", 0), "");
}

TEST(Utf8, counts_code_points) {
  EXPECT_EQ(count_runes("h\xC3\xA9\xF0\x9F\x98\x80"), 3u);
  EXPECT_EQ(count_runes("\xFF\xFF"), 2u);
}

TEST(Utf8, writes_surrogates_and_too_large_values_as_replacements) {
  std::string text;
  append_rune(text, 0xD800);
  append_rune(text, 0x110000);
  EXPECT_EQ(text, kReplaced + kReplaced);
}

}  // namespace
}  // namespace tt
