// Colours by the word that a line is about: the renderers write plain text for everyone.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/story.h"

#include <unistd.h>

#include <cstdio>

#include "base/colour.h"
#include "base/text.h"

namespace tt::cli {
namespace {

using colour::kRed, colour::kGreen, colour::kYellow, colour::kBold, colour::kEnd;

struct Word {
  std::string_view word, colour;
};
/// At the beginning of a line, behind its indent.
constexpr Word kFirstWords[] = {{"false ", kRed},   {"error ", kRed},  {"true ", kGreen},
                                {"note:", kYellow}, {"try:", kBold},   {"event ", kBold},
                                {"exits:", kBold},  {"rules ", kBold}, {"what ", kBold}};
/// After two blanks: what became of the event at an exit.
constexpr Word kStates[] = {{"delivered", kGreen},  {"dead:", kRed},      {"given up", kRed},
                            {"retrying", kYellow},  {"parked", kYellow},  {"pending", kYellow},
                            {"in flight", kYellow}, {"unknown:", kYellow}};

std::string coloured(const std::string& line) {
  const auto paint = [&](std::size_t at, const Word& word) {
    return line.substr(0, at) + std::string(word.colour) + std::string(word.word) +
           std::string(kEnd) + line.substr(at + word.word.size());
  };
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return line;
  for (const Word& word : kFirstWords)
    if (line.compare(begin, word.word.size(), word.word) == 0) return paint(begin, word);
  if (begin != 2) return line;
  for (const Word& word : kStates)
    if (const std::size_t at = line.find("  " + std::string(word.word), begin);
        at != std::string::npos)
      return paint(at + 2, word);
  return line;
}

}  // namespace

std::string story(std::string_view text, bool is_coloured) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    const std::string plain = printable(line);
    out += is_coloured ? coloured(plain) : plain;
    out += '\n';
  }
  // What ends in a line break has an empty last line.
  if (text.ends_with('\n')) out.pop_back();
  return out;
}

void print_story(std::string_view text) {
  std::fputs(story(text, isatty(STDOUT_FILENO)).c_str(), stdout);
}

}  // namespace tt::cli
