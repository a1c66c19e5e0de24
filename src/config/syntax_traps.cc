// Explains syntax errors of YAML by the traps that cause them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "config/meant.h"
#include "config/open_bracket.h"
#include "config/traps.h"

namespace tt::config {
namespace {

struct Trap {
  CodeName code;
  std::string text;
  std::string value;  // What the repaired line quotes.
};

// Where the quote that starts `value` ends (after it), or kNone.
std::size_t quote_end(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[0] == '"' && value[i] == '\\') {
      ++i;
    } else if (value[i] == value[0]) {
      if (value[0] == '"' || value.substr(i + 1, 1) != "'") return i + 1;
      ++i;
    }
  }
  return kNone;
}

std::size_t bracket_end(std::string_view value) {
  int depth = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '[' || value[i] == '{') ++depth;
    if ((value[i] == ']' || value[i] == '}') && --depth == 0) return i + 1;
  }
  return kNone;
}

bool has_rest(std::string_view value, std::size_t end) {
  const std::string_view rest = trim(value.substr(end));
  return !rest.empty() && rest[0] != '#';
}

Trap tag_trap(char mark, std::string_view value) {
  const std::string whole(value);
  if (mark == '!') return {"yaml-tag", "YAML takes `!` at the start for a tag and drops it", whole};
  if (mark == '&')
    return {"yaml-anchor", "YAML takes `&` at the start for an anchor and drops it", whole};
  return {"yaml-alias", "YAML takes `*` at the start for an alias", whole};
}

/// `"event.kind == "urn:x""`: the outer quotes were meant for YAML, and the second one opens a text
/// of CEL. Of `"urn:x" == event.kind` it closes one.
bool is_quoted_twice(std::string_view value, std::size_t end) {
  constexpr std::string_view kBehindText = " \t)],.=!+<>&|?:}";
  constexpr std::string_view kBeforeText = " \t([,=!+<>&|?:{";
  return value.back() == value[0] && kBehindText.find(value[end]) == kNone &&
         kBeforeText.find(value[end - 2]) != kNone;
}

std::optional<Trap> quote_trap(std::string_view value) {
  const std::size_t end = quote_end(value);
  const std::string quote(1, value[0]);
  if (end == kNone)
    return Trap{"yaml-quote", "the quote that starts here is never closed",
                std::string(value.substr(1))};
  if (has_rest(value, end))
    return Trap{
        "yaml-quote", "text goes on after the closing `" + quote + "`",
        std::string(is_quoted_twice(value, end) ? value.substr(1, value.size() - 2) : value)};
  if (value[0] == '"' && value.find('\\') != kNone)
    return Trap{"yaml-quote",
                "a backslash in double quotes starts an escape that YAML does not know",
                std::string(value.substr(1, end - 2))};
  return std::nullopt;
}

std::optional<Trap> classify(const Meant& meant) {
  const std::string_view value = meant.value();
  if (value.empty()) return std::nullopt;
  const std::string whole(value);
  const std::string first(1, value[0]);
  if (value.substr(0, 2) == "{{")
    return Trap{"yaml-hole", "YAML takes `{{` at the start for a map", whole};
  switch (value[0]) {
    case '@':
    case '`':
    case '%':
      return Trap{"yaml-reserved", "a YAML value cannot start with `" + first + "`", whole};
    case '!':
    case '&':
    case '*':
      return tag_trap(value[0], value);
    case '"':
    case '\'':
      return quote_trap(value);
    case '[':
    case '{':
      if (const std::size_t end = bracket_end(value); end != kNone && has_rest(value, end))
        return Trap{
            "yaml-flow",
            "YAML takes `" + first + "` at the start for a list or map, and text goes on after it",
            whole};
      return std::nullopt;
    case '|':
    case '>':
    case '-':
    case '?':
      if (value.size() > 1 && (value[1] == ' ' || value[0] == '|' || value[0] == '>'))
        return Trap{"yaml-reserved",
                    "`" + first + "` at the start has a meaning of its own in YAML", whole};
      return std::nullopt;
    default:
      break;
  }
  if (value.find(": ") != kNone || value.back() == ':')
    return Trap{"yaml-colon", "`: ` inside a value without quotes starts a map", whole};
  if (meant.is_flow && value.find_first_of("[]{},") != kNone)
    return Trap{"yaml-flow", "inside `{...}` a value without quotes ends at brackets and commas",
                whole};
  if (meant.is_flow && value.find('?') != kNone)
    return Trap{"yaml-flow", "inside `{...}` a value without quotes ends at `?`", whole};
  return std::nullopt;
}

/// `{name: a when: x}`: nothing is quoted wrongly, a comma is missing.
bool report_missing_comma(const Mark& mark, const Meant& meant, Diagnostics& diagnostics) {
  const std::string_view value = meant.value();
  if (!meant.is_flow || value.empty()) return false;
  const bool is_text = value[0] == '"' || value[0] == '\'';
  const std::size_t end = is_text ? quote_end(value) : value.find(' ');
  if (end == kNone) return false;
  const std::size_t next = value.find_first_not_of(' ', end);
  const std::size_t name = next == kNone ? 0 : name_bytes(value.substr(next));
  if (name == 0) return false;
  std::string line(meant.line);
  line.insert(meant.begin + end, ",");
  const std::string_view word = value.substr(next, value.find(':', next) - next);
  diagnostics.error("yaml-flow",
                    {mark.file, mark.line, static_cast<std::uint32_t>(meant.begin + next + 1),
                     static_cast<std::uint32_t>(word.size())},
                    "a comma is missing in front of `" + std::string(word) + "`",
                    "write:\n" + std::string(trim(line)));
  return true;
}

/// The library notices an open bracket where something else begins, often on the next line.
bool report_open_bracket(const Mark& mark, const Mark& flow, const Files& files,
                         Diagnostics& diagnostics) {
  const std::uint32_t from = flow.known() && flow.file == mark.file ? flow.line : mark.line;
  const auto open = find_open_bracket(files, std::min(from, mark.line), mark);
  if (!open) return false;
  const std::string bracket(1, open->bracket), closer(1, open->bracket == '{' ? '}' : ']');
  std::string hint = "write `" + closer + "` where it ends";
  const std::string line(trim(files.line(open->mark.file, open->mark.line)));
  if (open->mark.line < mark.line && !open->is_inside && !line.ends_with(','))
    hint += ":\n" + line + closer;
  diagnostics.error("yaml-flow", open->mark,
                    "the `" + bracket + "` that starts here is never closed", std::move(hint));
  return true;
}

bool report_layout(const Mark& mark, std::string_view line, const Files& files,
                   Diagnostics& diagnostics) {
  const std::size_t indent = line.find_first_not_of(" \t");
  if (const std::size_t tab = line.substr(0, indent).find('\t'); tab != kNone) {
    diagnostics.error("yaml-tab", {mark.file, mark.line, static_cast<std::uint32_t>(tab + 1), 1},
                      "a tab indents this line", "YAML is indented with spaces only");
    return true;
  }
  if (indent == kNone || mark.line < 2) return false;
  const std::size_t name = name_bytes(line.substr(indent));
  const bool is_first_colon = name > 0 && mark.column - 1 <= indent + name;
  if (!is_first_colon) return false;
  std::uint32_t above = mark.line - 1;
  while (above > 0 && trim(files.line(mark.file, above)).empty()) --above;
  if (above == 0) return false;
  Diagnostic& d = diagnostics.error(
      "yaml-indent", {mark.file, mark.line, static_cast<std::uint32_t>(indent + 1), 1},
      "this line is indented by " + std::to_string(indent) + " spaces, which fits no line above it",
      "options of one map start in the same column");
  d.related_text = "the line above it is";
  d.related = {mark.file, above, 1, 1};
  return true;
}

}  // namespace

bool report_syntax_trap(const Mark& mark, const Mark& last, const Mark& flow, const Files& files,
                        Diagnostics& diagnostics) {
  // A quote that is never closed is noticed at the end of the file only.
  std::array<Mark, 2> places{mark, last};
  for (const Mark& place : places) {
    if (!place.known()) continue;
    const std::string_view line = files.line(place.file, place.line);
    const Meant meant = find_meant(line, &place == &places[0] ? place.column - 1 : line.size());
    if (&place == &places[0] && report_missing_comma(place, meant, diagnostics)) return true;
    const std::optional<Trap> trap = classify(meant);
    if (trap && (&place == &places[0] || trap->code.view() == "yaml-quote")) {
      diagnostics.error(trap->code, mark_at(place, meant), trap->text,
                        quote_hint(meant, trap->value));
      return true;
    }
    if (&place == &places[0] && report_open_bracket(place, flow, files, diagnostics)) return true;
    if (&place == &places[0] && report_layout(place, line, files, diagnostics)) return true;
  }
  return false;
}

}  // namespace tt::config
