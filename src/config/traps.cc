// Checks how texts, templates and CEL were written.
// SPDX-License-Identifier: Apache-2.0
#include "config/traps.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/meant.h"

namespace tt::config {
bool report_hole_or_comment(const Node& node, const Files& files, Diagnostics& diagnostics) {
  const std::string_view line = files.line(node.mark.file, node.mark.line);
  if (node.is_map() && node.is_hole) {
    const Meant meant = meant_from(line, node.mark.column - 1, node.is_flow);
    const bool is_inside = find_meant(line, node.mark.column - 1).is_flow;
    const Meant exact = is_inside ? meant_from(line, node.mark.column - 1, true)
                                  : meant_from(line, meant.begin, false);
    diagnostics.error("yaml-hole", mark_at(node.mark, exact),
                      "YAML takes `{{` at the start for a map", quote_hint(exact, exact.value()));
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

bool report_cut(const Node& node, TrapTarget target, const Files& files, Diagnostics& diagnostics) {
  const bool is_strict = target != TrapTarget::kText;
  const bool has_torn = is_strict && is_torn(node.text);
  const Meant meant = meant_of(node, files);
  if (!node.comment.empty() &&
      (has_torn || (node.comment.size() > 1 && node.comment[1] != ' ' && node.comment[1] != '#'))) {
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
    diagnostics.warning(
        "yaml-bool-word", node.mark,
        "`" + node.text + "` is text here, but other YAML readers take it for a boolean",
        quote_hint(meant, node.text));
  else if (is_fragile_number(node))
    diagnostics.warning(
        "yaml-number-text", node.mark,
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
