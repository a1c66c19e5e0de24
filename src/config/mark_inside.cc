// Places in the file of parts of a scalar's text, whatever its quotes, escapes and folding.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/utf8.h"
#include "config/node.h"

namespace tt::config {
namespace {

// Bytes of source that one decoded byte sequence of a double quoted scalar came from.
std::size_t escape_bytes(std::string_view source) {
  if (source.size() < 2) return source.size();
  switch (source[1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

std::size_t rune_bytes(std::uint32_t rune) {
  std::string out;
  append_rune(out, rune);
  return out.size();
}

// How many decoded bytes the escape stands for; exact for what people write.
std::size_t decoded_bytes(std::string_view escape) {
  if (escape.size() <= 2)
    return escape.size() == 2 && (escape[1] == 'N' || escape[1] == '_') ? 2 : 1;
  std::uint32_t rune = 0;
  for (char c : escape.substr(2)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    rune = rune * 16 + static_cast<std::uint32_t>(digit);
  }
  return rune_bytes(rune);
}

// Position in the source line of decoded byte `begin` of a scalar on one line.
std::size_t quoted_position(std::string_view source, Style style, std::size_t begin) {
  std::size_t at = 0, decoded = 0;
  while (decoded < begin && at < source.size()) {
    if (style == Style::kSingle && source.substr(at, 2) == "''") {
      at += 2;
      ++decoded;
    } else if (style == Style::kDouble && source[at] == '\\') {
      const std::size_t bytes = escape_bytes(source.substr(at));
      decoded += decoded_bytes(source.substr(at, bytes));
      at += bytes;
    } else {
      ++at;
      ++decoded;
    }
  }
  return at;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A scalar over several lines. Folding and indentation change its blanks and nothing else, so the
// other bytes are counted: `at` moves over as many of them as the text has before a place.
class Lines {
 public:
  Lines(const Files& files, const Node& scalar)
      : source_(files.text(scalar.mark.file)), style_(scalar.style) {
    const bool is_block = style_ == Style::kLiteral || style_ == Style::kFolded;
    for (std::uint32_t line = 1; line < scalar.mark.line + (is_block ? 1 : 0); ++line) next_line();
    if (!is_block) at_ += scalar.mark.column - (style_ == Style::kPlain ? 1 : 0);
  }

  void skip(std::string_view text) {
    auto left = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_blank(c); }));
    while (left > 0 && at_ < source_.size()) left -= std::min(left, step());
  }
  void skip_blanks() {
    while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
  }
  std::size_t at() const { return at_; }
  Mark mark(std::int32_t file) const {
    const std::string_view before = source_.substr(0, at_);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0.
    return {file, 1 + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')),
            static_cast<std::uint32_t>(at_ - line_begin + 1)};
  }

 private:
  void next_line() { at_ = std::min(source_.find('\n', at_), source_.size() - 1) + 1; }
  // Over one byte or escape; how many bytes that are no blanks it stands for.
  std::size_t step() {
    const std::string_view rest = source_.substr(at_);
    std::size_t bytes = 1, decoded = is_blank(rest[0]) ? 0 : 1;
    if (style_ == Style::kSingle && rest.starts_with("''")) {
      bytes = 2;
    } else if (style_ == Style::kDouble && rest[0] == '\\') {
      bytes = escape_bytes(rest);
      const char escape = rest.size() > 1 ? rest[1] : ' ';
      const bool is_space = is_blank(escape) || escape == 'n' || escape == 't' || escape == 'r';
      decoded = is_space ? 0 : decoded_bytes(rest.substr(0, bytes));
    }
    at_ += bytes;
    return decoded;
  }

  std::string_view source_;
  Style style_;
  std::size_t at_ = 0;
};

Mark inside_lines(const Files& files, const Node& scalar, std::size_t begin, std::size_t length) {
  const std::string_view text = scalar.text;
  Lines lines(files, scalar);
  lines.skip(text.substr(0, begin));
  if (begin < text.size() && !is_blank(text[begin])) lines.skip_blanks();
  Mark mark = lines.mark(scalar.mark.file);
  const std::size_t from = lines.at();
  lines.skip(text.substr(begin, length));
  const std::size_t room = files.line(mark.file, mark.line).size() + 1 - mark.column;
  mark.length =
      static_cast<std::uint32_t>(std::max<std::size_t>(std::min(room, lines.at() - from), 1));
  return mark;
}

}  // namespace

Mark mark_inside(const Files& files, const Node& scalar, std::size_t begin, std::size_t length) {
  if (!scalar.mark.known()) return scalar.place();
  begin = std::min(begin, scalar.text.size());
  if (scalar.style == Style::kLiteral || scalar.style == Style::kFolded) {
    return inside_lines(files, scalar, begin, length);
  }
  const std::string_view line = files.line(scalar.mark.file, scalar.mark.line);
  std::size_t column = scalar.mark.column - 1;
  if (scalar.style != Style::kPlain) ++column;
  if (column > line.size()) return scalar.mark;
  const std::string_view source = line.substr(column);
  const std::size_t from = quoted_position(source, scalar.style, begin);
  const std::size_t to = quoted_position(source, scalar.style, begin + length);
  if (from >= source.size() && begin > 0) return inside_lines(files, scalar, begin, length);
  return {scalar.mark.file, scalar.mark.line, static_cast<std::uint32_t>(column + from + 1),
          static_cast<std::uint32_t>(std::max<std::size_t>(to - from, 1))};
}

}  // namespace tt::config
