// Reads styles, lengths and comments in the source text of a YAML file.
// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_text.h"

#include <algorithm>

#include "base/utf8.h"
#include "config/yaml_reader.h"

namespace tt::config {

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& child : node.children) count += count_nodes(child);
  return count;
}

std::size_t count_text(const Node& node) {
  std::size_t bytes = node.text.size() + node.key.size();
  for (const Node& child : node.children) bytes += count_text(child);
  return bytes;
}

std::string_view skip_properties(std::string_view rest) {
  while (!rest.empty() && (rest[0] == '!' || rest[0] == '&')) {
    const std::size_t end = rest.find_first_of(" \t\r\n");
    if (end == std::string_view::npos) return {};
    const std::size_t next = rest.find_first_not_of(" \t\r\n", end);
    if (next == std::string_view::npos) return {};
    rest.remove_prefix(next);
  }
  return rest;
}

Style style_at(std::string_view rest) {
  if (rest.empty()) return Style::kPlain;
  switch (rest[0]) {
    case '\'':
      return Style::kSingle;
    case '"':
      return Style::kDouble;
    case '|':
      return Style::kLiteral;
    case '>':
      return Style::kFolded;
    default:
      return Style::kPlain;
  }
}

std::size_t quoted_bytes(std::string_view rest) {
  const char quote = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '"' || rest.substr(i + 1, 1) != "'") return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

std::size_t source_bytes(std::string_view rest, const Node& node) {
  const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
  switch (node.style) {
    case Style::kPlain:
      return line.substr(0, node.text.size()) == node.text ? node.text.size() : 1;
    case Style::kSingle:
    case Style::kDouble:
      return std::min(quoted_bytes(rest), line.size());
    default:
      return 1;
  }
}

std::string comment_at(std::string_view rest) {
  const std::size_t begin = rest.find_first_not_of(" \t");
  if (begin == 0 || begin == std::string_view::npos || rest[begin] != '#') return {};
  return std::string(rest.substr(begin, rest.find_first_of("\r\n", begin) - begin));
}

bool is_readable(int file, std::string_view text, Diagnostics& diagnostics) {
  const Mark start{file, 1, 1, 1};
  if (text.size() > kYamlBytesMax) {
    diagnostics.error("file-too-large", start, "larger than 4 MiB", "split it into several files");
    return false;
  }
  Mark at = start;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      ++at.line;
      begin = i + 1;
    } else if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
      at.column = static_cast<std::uint32_t>(i - begin + 1);
      diagnostics.error("not-utf8", at, "a control character stands here");
      return false;
    }
  }
  if (is_utf8(text)) return true;
  at.line = 1;
  for (begin = 0; begin < text.size(); ++at.line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (!is_utf8(text.substr(begin, end - begin))) break;
    begin = end + 1;
  }
  diagnostics.error("not-utf8", at, "this line is not UTF-8", "save the file as UTF-8");
  return false;
}

}  // namespace tt::config
