// Looks into Nodes and finds places inside scalars.
// SPDX-License-Identifier: Apache-2.0
#include "config/node.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::config {

const Node* Node::find(std::string_view name) const {
  if (kind != NodeKind::kMap) return nullptr;
  for (const Node& child : children)
    if (child.key == name) return &child;
  return nullptr;
}

std::string_view Node::described() const {
  bool is_true = false;
  switch (kind) {
    case NodeKind::kNull:
      return "nothing";
    case NodeKind::kList:
      return "a list";
    case NodeKind::kMap:
      return "a map";
    case NodeKind::kScalar:
      break;
  }
  if (is_plain_bool(*this, is_true)) return is_true ? "`true`" : "`false`";
  return is_plain_number(*this) ? "a number" : "text";
}

bool is_plain_bool(const Node& node, bool& value) {
  if (!node.is_plain()) return false;
  const std::string& t = node.text;
  value = t == "true" || t == "True" || t == "TRUE";
  return value || t == "false" || t == "False" || t == "FALSE";
}

bool is_plain_number(const Node& node) {
  if (!node.is_plain()) return false;
  std::string_view t = node.text;
  if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
  const auto digits = [&t] {
    std::size_t n = 0;
    while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
    t.remove_prefix(n);
    return n;
  };
  const bool has_leading_zero = t.size() > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '9';
  if (digits() == 0 || has_leading_zero) return false;
  if (!t.empty() && t[0] == '.') {
    t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (!t.empty() && (t[0] == 'e' || t[0] == 'E')) {
    t.remove_prefix(1);
    if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return t.empty();
}

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

Mark inside_block(const Files& files, const Node& scalar, std::size_t begin, std::size_t length) {
  // The text starts on the line after the `|`; its indentation is that of its first filled line.
  const std::string_view before = std::string_view(scalar.text).substr(0, begin);
  const auto lines = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  std::size_t indent = 0;
  std::uint32_t first = scalar.mark.line + 1;
  for (std::uint32_t i = first; i < first + 100; ++i) {
    const std::string_view line = files.line(scalar.mark.file, i);
    indent = line.find_first_not_of(' ');
    if (indent != std::string_view::npos) break;
  }
  if (indent == std::string_view::npos) return scalar.mark;
  const std::size_t last_break = before.rfind('\n');
  const std::size_t in_line =
      last_break == std::string_view::npos ? before.size() : before.size() - last_break - 1;
  return {scalar.mark.file, first + lines, static_cast<std::uint32_t>(indent + in_line + 1),
          static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
}

}  // namespace

Mark mark_inside(const Files& files, const Node& scalar, std::size_t begin, std::size_t length) {
  if (!scalar.mark.known()) return scalar.place();
  begin = std::min(begin, scalar.text.size());
  if (scalar.style == Style::kLiteral) return inside_block(files, scalar, begin, length);
  if (scalar.style == Style::kFolded) {
    // Folding keeps one space or newline for each break, so single line texts are still exact.
    if (scalar.text.find('\n') + 1 >= scalar.text.size())
      if (const Mark mark = inside_block(files, scalar, begin, length);
          mark.column + length <= files.line(mark.file, mark.line).size() + 1)
        return mark;
    return scalar.mark;
  }
  const std::string_view line = files.line(scalar.mark.file, scalar.mark.line);
  std::size_t column = scalar.mark.column - 1;
  if (scalar.style != Style::kPlain) ++column;
  if (column > line.size()) return scalar.mark;
  const std::string_view source = line.substr(column);
  const std::size_t from = quoted_position(source, scalar.style, begin);
  const std::size_t to = quoted_position(source, scalar.style, begin + length);
  if (from >= source.size() && begin > 0) return scalar.mark;  // Folded over several lines.
  return {scalar.mark.file, scalar.mark.line, static_cast<std::uint32_t>(column + from + 1),
          static_cast<std::uint32_t>(std::max<std::size_t>(to - from, 1))};
}

}  // namespace tt::config
