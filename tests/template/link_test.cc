// Links: what may be clicked, and where a value would become a link.
// SPDX-License-Identifier: Apache-2.0
#include "template/link.h"

#include <gtest/gtest.h>

namespace tt::tmpl {
namespace {

TEST(SafeLink, lets_only_plain_web_addresses_through) {
  for (const char* good : {"https://example.com", "http://a/b?c=d&e=%20#f", "HTTPS://EXAMPLE.com/"})
    EXPECT_EQ(safe_link(good), good);
  for (const char* bad :
       {"", "javascript:alert(1)", "ftp://x/y", "https://", "https:///x", "//example.com",
        "https://a/\"onclick", "https://a/ b", "https://a|b", "https://a>b", "https://a\nb",
        "data:text/html,x", "https://a\x7f", "https://ü.example", " https://a"})
    EXPECT_EQ(safe_link(bad), "") << bad;
  EXPECT_EQ(safe_link("https://a/" + std::string(3000, 'x')), "");
}

TEST(LinkPlace, attributes_in_html_and_brackets_in_chat) {
  for (const char* before : {"<a href=\"", "<a HREF = '", "<img src=", "<a class=\"x\" href=\""})
    EXPECT_TRUE(is_link_place(before, Escape::kHtml)) << before;
  for (const char* before : {"", "<b>", "href", "<a title=\"", "<a href=\"https://e.example/"})
    EXPECT_FALSE(is_link_place(before, Escape::kHtml)) << before;
  EXPECT_TRUE(is_link_place("see <", Escape::kChat));
  EXPECT_FALSE(is_link_place("see <https://e.example|", Escape::kChat));
  EXPECT_FALSE(is_link_place("<a href=\"", Escape::kNone));
  EXPECT_TRUE(is_link_place("see [it](", Escape::kMarkdown));
  EXPECT_TRUE(is_link_place("see <", Escape::kMarkdown));
  EXPECT_FALSE(is_link_place("see (", Escape::kMarkdown));
}

TEST(MarkdownTarget, does_not_end_the_link_around_it) {
  std::string out = "[x](";
  append_markdown_target(out, "https://a.example/b?c=(d)&e");
  EXPECT_EQ(out, "[x](https://a.example/b?c=%28d%29&e");
}

}  // namespace
}  // namespace tt::tmpl
