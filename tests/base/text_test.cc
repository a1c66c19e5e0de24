// Tests of the text tools.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tt {
namespace {

using ::testing::ElementsAre;

TEST(Text, trims_both_ends) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, splits_into_one_part_more_than_separators) {
  EXPECT_THAT(split("a,b,,c", ','), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
}

TEST(Text, joins) {
  const std::array<std::string, 3> parts{"a", "", "c"};
  EXPECT_EQ(join(parts, ", "), "a, , c");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, ignores_case_of_ascii_only) {
  EXPECT_EQ(to_lower("AbZ\xC3\x84"), "abz\xC3\x84");
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "content-type"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
}

TEST(Numbers, are_read_only_when_the_whole_text_is_one) {
  EXPECT_EQ(parse_u64("18446744073709551615"), 18446744073709551615u);
  EXPECT_EQ(parse_i64("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_double("-1.5e3"), -1500.0);
  for (const char* bad : {"", " 1", "1 ", "+1", "1x", "18446744073709551616", "-1", "0x10"}) {
    EXPECT_EQ(parse_u64(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_i64("9223372036854775808"), std::nullopt);
  for (const char* bad : {"", "nan", "inf", "1e999", "1,5"}) {
    EXPECT_EQ(parse_double(bad), std::nullopt) << bad;
  }
}

TEST(Percent, leaves_unreserved_characters_and_escapes_the_rest) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/\xC3\xA9+%"), "a%20b%2F%C3%A9%2B%25");
}

TEST(Percent, decodes_and_refuses_broken_escapes) {
  EXPECT_EQ(percent_decode("a%20b%2f%C3%A9+"), "a b/\xC3\xA9+");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  for (const char* bad : {"%", "%2", "%zz", "a%", "a%4"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(percent_decode("%41"), "A");
}

TEST(Printable, control_characters_become_spaces) {
  EXPECT_EQ(printable("a\x1b[31m\tb\r\n\x7f."), "a [31m b   .");
  EXPECT_EQ(printable(std::string_view("\0x", 2)), " x");
  EXPECT_EQ(printable("a\tb\nc\rd", "\t\n"), "a\tb\nc d");
}

TEST(Printable, so_do_those_beyond_ascii) {
  // U+0080, U+009B (starts a terminal's command as ESC [ does) and U+009F; U+00A0 is no control.
  EXPECT_EQ(printable("\xC2\x80|\xC2\x9B\x31m|\xC2\x9F|\xC2\xA0|\xC3\xA9"),
            " | 1m| |\xC2\xA0|\xC3\xA9");
}

TEST(Printable, a_bare_byte_cannot_act_as_one) { EXPECT_EQ(printable("a\x9Bz"), "a\xEF\xBF\xBDz"); }

TEST(JsonString, escapes_what_json_demands) {
  EXPECT_EQ(json_string("a\"b\\c\n\r\t\b\x01"), R"("a\"b\\c\n\r\t\u0008\u0001")");
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("\xC3\xA9/<\x7f"), "\"\xC3\xA9/<\x7f\"");
}

TEST(JsonString, repairs_invalid_utf8) {
  EXPECT_EQ(json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(DidYouMean, finds_slips_of_the_finger) {
  constexpr std::array<std::string_view, 4> kKeys{"timeout", "token", "url", "in_flight"};
  EXPECT_EQ(did_you_mean("tiemout", kKeys), "timeout");
  EXPECT_EQ(did_you_mean("Timeouts", kKeys), "timeout");
  EXPECT_EQ(did_you_mean("ulr", kKeys), "url");
  EXPECT_EQ(did_you_mean("inflight", kKeys), "in_flight");
}

TEST(DidYouMean, says_nothing_when_nothing_is_near) {
  constexpr std::array<std::string_view, 3> kKeys{"timeout", "token", "to"};
  EXPECT_EQ(did_you_mean("password", kKeys), "");
  EXPECT_EQ(did_you_mean("", kKeys), "");
  EXPECT_EQ(did_you_mean("xy", kKeys), "");
  EXPECT_EQ(did_you_mean(std::string(1000, 't'), kKeys), "");
}

TEST(DidYouMean, what_is_known_is_said_in_any_case) {
  constexpr std::array<std::string_view, 2> kKeys{"timeout", "url"};
  EXPECT_EQ(meant_or_known("ulr", kKeys), "did you mean `url`? known: timeout, url");
  EXPECT_EQ(meant_or_known("password", kKeys), "known: timeout, url");
}

}  // namespace
}  // namespace tt
