// Clipping: what a cut must not leave behind.
// SPDX-License-Identifier: Apache-2.0
#include "template/clip.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace tt::tmpl {
namespace {

TEST(ClipMarkup, never_cuts_through_a_tag_or_a_reference) {
  EXPECT_EQ(clip_markup("short", 10), "short");
  EXPECT_EQ(clip_markup("0123456789", 5), "0123…");
  EXPECT_EQ(clip_markup("ab&amp;cd", 5), "ab…");
  EXPECT_EQ(clip_markup("ab<a href=\"x\">cd</a>", 9), "ab…");
  EXPECT_EQ(clip_markup("äöüäöü", 3), "äö…");
  EXPECT_EQ(clip_markup("abc", 0), "");
}

TEST(ClipHtml, closes_what_is_open_at_the_cut) {
  EXPECT_EQ(clip_html("<b>0123456789</b>", 17), "<b>0123456789</b>");
  EXPECT_EQ(clip_html("<b>0123456789</b> and more", 12), "<b>0123…</b>");
  EXPECT_EQ(clip_html("<p><i>0123456789</i></p>", 20), "<p><i>01234…</i></p>");
  EXPECT_EQ(clip_html("<b>a</b><br>0123456789<br/>", 16), "<b>a</b><br>012…");
  EXPECT_EQ(clip_html("<B>a &amp; b</B>", 10), "<B>a …</b>");
  EXPECT_EQ(clip_html("<b><i><u><s>text</s></u></i></b>", 8), "…");
}

TEST(ClipHtml, never_gives_more_than_the_limit) {
  const std::string text = "<b>ä</b> &lt;<i><u>x</u> y</i> <a href=\"https://e.example\">l</a>";
  for (std::size_t limit = 0; limit < text.size(); ++limit) {
    const std::string cut = clip_html(text, limit);
    EXPECT_LE(count_runes(cut), limit) << cut;
    EXPECT_TRUE(is_utf8(cut)) << cut;
  }
}

}  // namespace
}  // namespace tt::tmpl
