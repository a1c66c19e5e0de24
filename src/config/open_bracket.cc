// Reads as much of YAML as brackets need: where values begin, quotes and comments.
// SPDX-License-Identifier: Apache-2.0
#include "config/open_bracket.h"

#include <algorithm>
#include <vector>

namespace tt::config {
namespace {

class Brackets {
 public:
  void read(std::string_view line, const Mark& at) {
    bool is_start = true;  // A value may begin here: quotes and brackets mean something.
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote_) {
        const bool is_pair = c == '\'' && line.substr(i + 1, 1) == "'";
        if (quote_ == '"' ? c == '\\' : is_pair)
          ++i;
        else if (c == quote_)
          quote_ = 0;
        continue;
      }
      if (c == ' ' || c == '\t') continue;
      if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return;
      if ((c == '"' || c == '\'') && is_start) quote_ = c;
      if ((c == '{' || c == '[') && (is_start || !open_.empty()))
        open_.push_back(
            {{at.file, at.line, static_cast<std::uint32_t>(i + 1), 1}, c, !open_.empty()});
      if ((c == '}' || c == ']') && !open_.empty()) open_.pop_back();
      const bool is_separator = c == ':' || c == '-' || c == ',' || c == '{' || c == '[';
      is_start = is_separator && (!open_.empty() || line.substr(i + 1, 1) == " ");
    }
  }
  std::optional<OpenBracket> innermost() const {
    return open_.empty() ? std::nullopt : std::optional(open_.back());
  }

 private:
  std::vector<OpenBracket> open_;
  char quote_ = 0;
};

}  // namespace

std::optional<OpenBracket> find_open_bracket(const Files& files, std::uint32_t from_line,
                                             const Mark& end) {
  Brackets brackets;
  for (Mark at{end.file, std::max(from_line, 1u), 1, 1}; at.line <= end.line; ++at.line) {
    const std::string_view line = files.line(at.file, at.line);
    brackets.read(at.line == end.line ? line.substr(0, end.column - 1) : line, at);
  }
  return brackets.innermost();
}

}  // namespace tt::config
