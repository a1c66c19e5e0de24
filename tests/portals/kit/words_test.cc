// Tests of portals/kit/words.h and form.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/words.h"

#include <gtest/gtest.h>

#include <limits>

#include "portals/kit/form.h"

namespace tt::portals {
namespace {

TEST(Words, a_headline_is_the_first_line_and_not_too_long) {
  EXPECT_EQ(headline("  Fix it\r\n\nLong story"), "Fix it");
  EXPECT_EQ(headline(" \n "), "");
  EXPECT_EQ(headline(std::string(500, 'x')), std::string(119, 'x') + "…");
  EXPECT_EQ(headline("ééé", 2), "é…");
}

TEST(Words, one_line_is_the_first_that_holds_anything) {
  EXPECT_EQ(one_line("\n  disk is full \r\nmore"), "disk is full");
  EXPECT_EQ(one_line("a\tb\x1b[31mc"), "a b [31mc");
  EXPECT_EQ(one_line(" \n "), "");
  EXPECT_EQ(one_line("Zeit läuft", 5), "Zeit…");
}

TEST(Words, durations_have_two_parts_at_most) {
  EXPECT_EQ(duration_text(0), "");
  EXPECT_EQ(duration_text(0.4), "");
  EXPECT_EQ(duration_text(-5), "");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::quiet_NaN()), "");
  EXPECT_EQ(duration_text(49.6), "50 s");
  EXPECT_EQ(duration_text(60), "1 min");
  EXPECT_EQ(duration_text(63), "1 min 3 s");
  EXPECT_EQ(duration_text(7200), "2 h");
  EXPECT_EQ(duration_text(7502), "2 h 5 min");
  EXPECT_EQ(duration_text(1e300), "277777 h 46 min");
}

TEST(Words, of_a_comment_one_reads_what_its_author_wrote) {
  EXPECT_EQ(own_line("> you said\n> so\n\nI agree\nindeed"), "I agree");
  EXPECT_EQ(own_line("<!-- bot: 1\nx -->\nCoverage is 80 %"), "Coverage is 80 %");
  EXPECT_EQ(own_line("> only a quotation"), "> only a quotation");
  EXPECT_EQ(own_line("<!-- never ends"), "");
  EXPECT_EQ(own_line(""), "");
}

TEST(Words, quotes_stay_balanced) {
  EXPECT_EQ(in_quotes("say \"hi\"\nmore"), "\"say 'hi'\"");
  EXPECT_EQ(in_quotes(" "), "");
}

TEST(Words, nouns_and_numbers_agree) {
  EXPECT_EQ(counted(1, "commit"), "1 commit");
  EXPECT_EQ(counted(0, "commit"), "0 commits");
  EXPECT_EQ(with_article("issue"), "an issue");
  EXPECT_EQ(with_article("job"), "a job");
  EXPECT_EQ(in_words(" timed_out"), "timed out");
}

TEST(Words, any_text_becomes_a_part_of_a_kind) {
  EXPECT_EQ(kind_word("Push Hook"), "push_hook");
  EXPECT_EQ(kind_word("on-demand.test"), "on-demand.test");
  EXPECT_EQ(kind_word("a:b\xff"), "a_b_");
  EXPECT_EQ(kind_word(std::string(5000, 'k')).size(), 64u);
}

TEST(Words, durations_are_as_long_as_they_are_useful) {
  EXPECT_EQ(duration_text(0.2), "");
  EXPECT_EQ(duration_text(-5), "");
  EXPECT_EQ(duration_text(59.6), "1 min");
  EXPECT_EQ(duration_text(95), "1 min 35 s");
  EXPECT_EQ(duration_text(7260), "2 h 1 min");
  EXPECT_EQ(duration_text(1e300), "277777 h 46 min");
}

TEST(Words, times_of_either_spelling_are_told_and_never_is_not) {
  EXPECT_EQ(time_text("1557933657"), "2019-05-15T15:20:57Z");
  EXPECT_EQ(time_text("2019-05-15T15:20:57.000-04:00"), "2019-05-15T15:20:57.000-04:00");
  for (const char* none : {"", "0", "0001-01-01T00:00:00Z", "soon", "99999999999999999999"})
    EXPECT_EQ(time_text(none), "") << none;
}

TEST(Words, a_ref_loses_its_prefix) {
  EXPECT_EQ(short_ref("refs/heads/a/b"), "a/b");
  EXPECT_EQ(short_ref("refs/tags/v1"), "v1");
  EXPECT_EQ(short_ref("main"), "main");
}

TEST(Form, the_first_field_of_a_name_is_decoded) {
  EXPECT_EQ(form_value("a=1&payload=%7B%22x%22%3A+1%7D&payload=2", "payload"), "{\"x\": 1}");
  EXPECT_EQ(form_value("pay%6coad=x", "payload"), "x");
  EXPECT_EQ(form_value("payload=", "payload"), "");
  EXPECT_EQ(form_value("payload=%zz", "payload"), "%zz");
  for (const char* none : {"", "&&", "payload", "payloads=1", "=payload"})
    EXPECT_EQ(form_value(none, "payload"), std::nullopt) << none;
}

}  // namespace
}  // namespace tt::portals
