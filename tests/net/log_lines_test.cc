// Lines of a log: pieces, ends, length, masks.
// SPDX-License-Identifier: Apache-2.0
#include "net/log_lines.h"

#include <gmock/gmock.h>

#include <vector>

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

struct Case {
  std::vector<std::string> pieces, lines;
  std::string last;
};

const std::string kFull(LogLines::kLineBytesMax, 'x');

TEST(LogLines, are_told_whole_in_whatever_pieces_they_come) {
  const Case cases[] = {
      {{}, {}, ""},
      {{"one\n"}, {"one"}, "one"},
      {{"one\ntwo\n"}, {"one", "two"}, "two"},
      {{"o", "ne", "\nt", "wo"}, {"one", "two"}, "two"},
      {{"said\n", "\n", " \t\n"}, {"said", "", " \t"}, "said"},
      {{"\x1b[1mred\x07\n"}, {" [1mred "}, "[1mred"},
      {{kFull, "\n"}, {kFull}, kFull.substr(0, LogLines::kLastBytesMax)},
      {{kFull + "y\nz\n"}, {kFull + "+", "z"}, "z"},
      {{kFull, "y", "more\n", "z\n"}, {kFull + "+", "z"}, "z"},
      {{kFull, "y", kFull, kFull + "\n\nz"}, {kFull + "+", "", "z"}, "z"},
      {{kFull + "y"}, {kFull + "+"}, kFull.substr(0, LogLines::kLastBytesMax)},
  };
  for (const Case& one : cases) {
    std::vector<std::string> told;
    LogLines lines(
        [](std::string_view line, bool is_cut) { return std::string(line) + (is_cut ? "+" : ""); },
        [&](std::string_view line) { told.emplace_back(line); });
    for (const std::string& piece : one.pieces) lines.take(piece);
    lines.end();
    EXPECT_THAT(told, ElementsAreArray(one.lines));
    EXPECT_EQ(lines.last(), one.last);
  }
}

TEST(LogLines, need_no_mask) {
  std::vector<std::string> told;
  LogLines lines(nullptr, [&](std::string_view line) { told.emplace_back(line); });
  lines.take("one\n");
  EXPECT_THAT(told, ElementsAre("one"));
}

}  // namespace
}  // namespace tt::net
