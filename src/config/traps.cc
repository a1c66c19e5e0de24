// Finds what a line was plainly meant to say and prints it quoted right.
// SPDX-License-Identifier: Apache-2.0
#include "config/traps.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace tt::config {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// Length of `name:` plus the blanks behind it at the start of `text`; 0 when there is none.
std::size_t name_bytes(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_name_byte(text[n])) ++n;
  if (n == 0 || n >= text.size() || text[n] != ':') return 0;
  ++n;
  if (n < text.size() && text[n] != ' ' && text[n] != '\t') return 0;
  while (n < text.size() && (text[n] == ' ' || text[n] == '\t')) ++n;
  return n;
}

// The value that was meant, on one line: [begin, end) in bytes from 0.
struct Meant {
  std::string_view line;
  std::size_t begin = 0, end = 0;
  bool is_flow = false;
  std::string_view value() const { return line.substr(begin, end - begin); }
};

std::size_t block_end(std::string_view line, std::size_t begin) {
  std::size_t end = line.size();
  while (end > begin && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
  return end;
}

// In brackets a value was meant to go on to the bracket that closes them, or to the next name.
std::size_t flow_end(std::string_view line, std::size_t begin) {
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
      if (next != kNone && name_bytes(line.substr(next)) > 0) return block_end(line.substr(0, i), begin);
    }
  }
  return block_end(line, begin);
}

Meant meant_from(std::string_view line, std::size_t begin, bool is_flow) {
  begin = std::min(begin, line.size());
  return {line, begin, is_flow ? flow_end(line, begin) : block_end(line, begin), is_flow};
}

// The value around column `column` (from 0) of a line that does not parse.
Meant find_meant(std::string_view line, std::size_t column) {
  std::size_t at = line.find_first_not_of(" \t");
  if (at == kNone) return {line, line.size(), line.size(), false};
  while (line.substr(at, 2) == "- ") at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  at += name_bytes(line.substr(at));
  const bool is_map = at < line.size() && line[at] == '{' && line.substr(at, 2) != "{{";
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

std::string repaired(const Meant& meant, std::string_view value) {
  std::string line(meant.line.substr(0, meant.begin));
  line += quoted(value);
  line += meant.line.substr(meant.end);
  return std::string(trim(line));
}

std::string quote_hint(const Meant& meant, std::string_view value) {
  return "put the value in quotes:\n" + repaired(meant, value);
}

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

std::optional<Trap> quote_trap(std::string_view value) {
  const std::size_t end = quote_end(value);
  const std::string quote(1, value[0]);
  if (end == kNone)
    return Trap{"yaml-quote", "the quote that starts here is never closed",
                std::string(value.substr(1))};
  if (has_rest(value, end))
    return Trap{"yaml-quote", "text goes on after the closing `" + quote + "`", std::string(value)};
  if (value[0] == '"' && value.find('\\') != kNone)
    return Trap{"yaml-quote", "a backslash in double quotes starts an escape that YAML does not know",
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
        return Trap{"yaml-flow", "YAML takes `" + first + "` at the start for a list or map, and text goes on after it", whole};
      return std::nullopt;
    case '|':
    case '>':
    case '-':
    case '?':
      if (value.size() > 1 && (value[1] == ' ' || value[0] == '|' || value[0] == '>'))
        return Trap{"yaml-reserved", "`" + first + "` at the start has a meaning of its own in YAML", whole};
      return std::nullopt;
    default:
      break;
  }
  if (value.find(": ") != kNone || value.back() == ':')
    return Trap{"yaml-colon", "`: ` inside a value without quotes starts a map", whole};
  if (meant.is_flow && value.find_first_of("[]{},") != kNone)
    return Trap{"yaml-flow", "inside `{...}` a value without quotes ends at brackets and commas", whole};
  return std::nullopt;
}

Mark mark_at(const Mark& mark, const Meant& meant) {
  return {mark.file, mark.line, static_cast<std::uint32_t>(meant.begin + 1),
          static_cast<std::uint32_t>(std::max<std::size_t>(meant.value().size(), 1))};
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
      "this line is indented by " + std::to_string(indent) +
          " spaces, which fits no line above it",
      "options of one map start in the same column");
  d.related_text = "the line above it is";
  d.related = {mark.file, above, 1, 1};
  return true;
}

}  // namespace

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

bool report_syntax_trap(const Mark& mark, const Mark& last, const Files& files,
                        Diagnostics& diagnostics) {
  // A quote that is never closed is noticed at the end of the file only.
  std::array<Mark, 2> places{mark, last};
  for (const Mark& place : places) {
    if (!place.known()) continue;
    const std::string_view line = files.line(place.file, place.line);
    const Meant meant = find_meant(line, &place == &places[0] ? place.column - 1 : line.size());
    const std::optional<Trap> trap = classify(meant);
    if (trap && (&place == &places[0] || trap->code.view() == "yaml-quote")) {
      diagnostics.error(trap->code, mark_at(place, meant), trap->text,
                        quote_hint(meant, trap->value));
      return true;
    }
    if (&place == &places[0] && report_layout(place, line, files, diagnostics)) return true;
  }
  return false;
}

bool report_hole_or_comment(const Node& node, const Files& files, Diagnostics& diagnostics) {
  const std::string_view line = files.line(node.mark.file, node.mark.line);
  if (node.is_map() && node.is_hole) {
    const Meant meant = meant_from(line, node.mark.column - 1, node.is_flow);
    const bool is_inside = find_meant(line, node.mark.column - 1).is_flow;
    const Meant exact = is_inside ? meant_from(line, node.mark.column - 1, true)
                                  : meant_from(line, meant.begin, false);
    diagnostics.error("yaml-hole", mark_at(node.mark, exact),
                      "YAML takes `{{` at the start for a map",
                      quote_hint(exact, exact.value()));
    return true;
  }
  if (node.is_null() && node.text.empty() && node.comment.size() > 1 && node.comment[1] != ' ') {
    const Meant meant = meant_from(line, node.mark.column - 1, false);
    diagnostics.error("yaml-null-comment", mark_at(node.mark, meant),
                      "YAML takes ` #` for a comment, so nothing is left of the value",
                      quote_hint(meant, meant.value()));
    return true;
  }
  return false;
}

namespace {

std::size_t count_of(std::string_view text, char c) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

// A text that was plainly cut off: a quote or bracket is open.
bool is_torn(std::string_view text) {
  return count_of(text, '"') % 2 == 1 || count_of(text, '(') > count_of(text, ')') ||
         count_of(text, '[') > count_of(text, ']') || count_of(text, '{') > count_of(text, '}') ||
         (count_of(text, '\'') % 2 == 1 && count_of(text, '"') == 0);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return equal_ignoring_case(w, word); });
}

// Numbers that lose something when another YAML reader takes them for a number.
bool is_fragile_number(const Node& node) {
  std::string_view t = node.text;
  if (t.empty() || ((t[0] < '0' || t[0] > '9') && t[0] != '+' && t[0] != '.' && t[0] != '-'))
    return false;
  if (is_plain_number(node))
    return t[0] == '+' || t.find_first_of("eE") != kNone ||
           (t.find('.') != kNone && t.back() == '0');
  if (t[0] == '-' || t[0] == '+') t.remove_prefix(1);
  if (t.size() < 2) return false;
  if (t[0] == '0' && (t[1] == 'x' || t[1] == 'o' || t[1] == 'b'))
    return t.find_first_not_of("0123456789abcdefABCDEF", 2) == kNone;
  // 010 is octal, 1_000 and 12:30 (base 60) are numbers for YAML 1.1.
  return t.find_first_not_of("0123456789") == kNone ||
         t.find_first_not_of("0123456789_") == kNone ||
         (t.find_first_not_of("0123456789:") == kNone && t.find(':') != kNone && t.back() != ':');
}

Meant meant_of(const Node& node, const Files& files) {
  const Mark at = node.place();
  return meant_from(files.line(at.file, at.line), at.column - 1, node.is_flow);
}

bool report_properties(const Node& node, TrapTarget target, const Files& files,
                       Diagnostics& diagnostics) {
  const bool is_core = node.tag.starts_with("tag:yaml.org,2002:");
  const bool is_strict = target != TrapTarget::kText;
  const Meant meant = meant_of(node, files);
  if (node.alias && is_strict) {
    diagnostics.error("yaml-alias", *node.alias, "CEL and templates take no YAML alias",
                      "write the text here, or name a CEL expression under `let:`");
    return true;
  }
  if (!node.tag.empty() && (is_strict || !is_core)) {
    diagnostics.error("yaml-tag", node.mark, "YAML takes `!` at the start for a tag and drops it",
                      quote_hint(meant, meant.value()));
    return true;
  }
  if (node.has_anchor && is_strict) {
    diagnostics.error("yaml-anchor", node.mark,
                      "YAML takes `&` at the start for an anchor and drops it",
                      quote_hint(meant, meant.value()));
    return true;
  }
  return false;
}

bool report_cut(const Node& node, TrapTarget target, const Files& files,
                Diagnostics& diagnostics) {
  const bool is_strict = target != TrapTarget::kText;
  const bool has_torn = is_strict && is_torn(node.text);
  const Meant meant = meant_of(node, files);
  if (!node.comment.empty() && (has_torn || (node.comment.size() > 1 && node.comment[1] != ' ' &&
                                             node.comment[1] != '#'))) {
    const Mark mark{node.mark.file, node.mark.line,
                    static_cast<std::uint32_t>(meant.line.size() - node.comment.size() + 1),
                    static_cast<std::uint32_t>(node.comment.size())};
    const std::string hint = "if it belongs to the value, " + quote_hint(meant, meant.value());
    if (has_torn)
      diagnostics.error("yaml-comment", mark, "the value is cut here: ` #` starts a comment", hint);
    else
      diagnostics.warning("yaml-comment", mark, "the value ends here: ` #` starts a comment",
                          hint + "\nelse put a space after the `#`");
    return has_torn;
  }
  if (node.is_flow && has_torn) {
    diagnostics.error("yaml-flow", node.mark,
                      "inside `{...}` a value without quotes ends at brackets and commas",
                      quote_hint(meant, meant.value()));
    return true;
  }
  return false;
}

void warn_words(const Node& node, const Files& files, Diagnostics& diagnostics) {
  const Meant meant = meant_of(node, files);
  bool is_true = false;
  if (is_plain_bool(node, is_true) || is_one_of(node.text, {"yes", "no", "on", "off"}))
    diagnostics.warning("yaml-bool-word", node.mark,
                        "`" + node.text + "` is text here, but other YAML readers take it for a boolean",
                        quote_hint(meant, node.text));
  else if (is_fragile_number(node))
    diagnostics.warning("yaml-number-text", node.mark,
                        "`" + node.text + "` is text here, but other YAML readers change it into another number",
                        quote_hint(meant, node.text));
}

}  // namespace

bool check_traps(const Node& node, TrapTarget target, const Files& files,
                 Diagnostics& diagnostics) {
  if (!node.mark.known()) return true;
  if (report_hole_or_comment(node, files, diagnostics)) return false;
  if (report_properties(node, target, files, diagnostics)) return false;
  if (!node.is_plain()) return true;
  if (report_cut(node, target, files, diagnostics)) return false;
  if (target == TrapTarget::kText) warn_words(node, files, diagnostics);
  return true;
}

}  // namespace tt::config
