// Reads lines the way people do: a value goes on to the end of its line or bracket.
// SPDX-License-Identifier: Apache-2.0
#include "config/meant.h"

#include <algorithm>

#include "base/text.h"
#include "config/traps.h"

namespace tt::config {
namespace {

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

}  // namespace

std::size_t name_bytes(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_key_byte(text[n])) ++n;
  if (n == 0 || n >= text.size() || text[n] != ':') return 0;
  ++n;
  if (n < text.size() && text[n] != ' ' && text[n] != '\t') return 0;
  while (n < text.size() && (text[n] == ' ' || text[n] == '\t')) ++n;
  return n;
}

namespace {

std::size_t block_end(std::string_view line, std::size_t begin) {
  std::size_t end = line.size();
  while (end > begin && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
  return end;
}

// In brackets a value was meant to go on to the bracket that closes them, or to the next name.
std::size_t flow_end(std::string_view line, std::size_t begin) {
  // A quote that is never closed says nothing about the end.
  if (const char first = begin < line.size() ? line[begin] : ' ';
      (first == '"' || first == '\'') && line.find(first, begin + 1) == kNone)
    ++begin;
  std::string open;
  char quote = 0;
  for (std::size_t i = begin; i < line.size(); ++i) {
    const char c = line[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      open += c;
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty()) return block_end(line.substr(0, i), begin);
      open.pop_back();
    } else if (c == ',' && open.empty()) {
      const std::size_t next = line.find_first_not_of(" \t", i + 1);
      if (next != kNone && name_bytes(line.substr(next)) > 0)
        return block_end(line.substr(0, i), begin);
    }
  }
  return block_end(line, begin);
}

std::string repaired(const Meant& meant, std::string_view written) {
  std::string line(meant.line.substr(0, meant.begin));
  line += written;
  line += meant.line.substr(meant.end);
  return std::string(trim(line));
}

}  // namespace

Meant meant_from(std::string_view line, std::size_t begin, bool is_flow) {
  begin = std::min(begin, line.size());
  return {line, begin, is_flow ? flow_end(line, begin) : block_end(line, begin), is_flow};
}

Meant find_meant(std::string_view line, std::size_t column) {
  std::size_t at = line.find_first_not_of(" \t");
  if (at == kNone) return {line, line.size(), line.size(), false};
  while (line.substr(at, 2) == "- ")
    at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  at += name_bytes(line.substr(at));
  const bool is_map =
      (line.substr(at, 1) == "{" && line.substr(at, 2) != "{{") || line.substr(at, 2) == "[{";
  if (!is_map) return meant_from(line, at, false);
  std::size_t found = at;
  for (std::size_t i = at; i < line.size() && i <= column; ++i) {
    if (line[i] != '{' && line[i] != ',' && line[i] != '[') continue;
    const std::size_t next = line.find_first_not_of(" \t", i + 1);
    if (next == kNone) break;
    const std::size_t name = name_bytes(line.substr(next));
    if (name > 0 && next + name <= column) found = next + name;
  }
  return meant_from(line, found, found != at);
}

Mark mark_at(const Mark& mark, const Meant& meant) {
  return {mark.file, mark.line, static_cast<std::uint32_t>(meant.begin + 1),
          static_cast<std::uint32_t>(std::max<std::size_t>(meant.value().size(), 1))};
}

std::string quote_hint(const Meant& meant, std::string_view value) {
  if (const std::string_view name = shell_variable(value); !name.empty())
    return "to take the value of a variable, write:\n" +
           repaired(meant, "{env: " + std::string(name) + "}");
  return "put the value in quotes:\n" + repaired(meant, quoted(value));
}

std::string_view shell_variable(std::string_view text) {
  if (!text.starts_with('$')) return {};
  text.remove_prefix(1);
  const bool is_braced = text.starts_with('{') && text.ends_with('}');
  if (is_braced) text = text.substr(1, text.size() - 2);
  const auto is_fine = [&](char c) {
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || (is_braced && c >= 'a' && c <= 'z');
  };
  const bool is_name =
      !text.empty() && !is_digit(text[0]) && std::all_of(text.begin(), text.end(), is_fine);
  return is_name ? text : std::string_view();
}

std::string quoted(std::string_view text) {
  const bool is_multi_line = text.find_first_of("\n\t") != kNone;
  const bool has_single = text.find('\'') != kNone;
  const bool has_double = text.find_first_of("\"\\") != kNone;
  if (is_multi_line) return json_string(text);
  if (has_single && !has_double) return "\"" + std::string(text) + "\"";
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

}  // namespace tt::config
