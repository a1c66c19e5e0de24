// The story of `why` on a terminal: words that decide are coloured, nothing else gets through.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/story.h"

#include <gtest/gtest.h>

namespace tt::cli {
namespace {

TEST(Story, without_colours_lines_stay_as_they_are) {
  EXPECT_EQ(story("exits:\n  chat  delivered at noon\n\n", false),
            "exits:\n  chat  delivered at noon\n\n");
  EXPECT_EQ(story("no line break", false), "no line break\n");
}

TEST(Story, control_characters_that_an_event_smuggles_in_become_spaces) {
  EXPECT_EQ(story("  {\"message\":\"a\033[31mb\"}\n", true), "  {\"message\":\"a [31mb\"}\n");
}

TEST(Story, the_word_that_decides_is_coloured) {
  EXPECT_EQ(story("    false  event.n > 5\n", true), "    \033[31mfalse \033[0m event.n > 5\n");
  EXPECT_EQ(story("  pager  dead: letter 1\n", true), "  pager  \033[31mdead:\033[0m letter 1\n");
  EXPECT_EQ(story("  falsehood: matched\n", true), "  falsehood: matched\n");
}

}  // namespace
}  // namespace tt::cli
