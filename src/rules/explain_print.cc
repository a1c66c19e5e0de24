// Explanations for people: what decided comes first, what did not matter stays short.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "rules/explain.h"

namespace tt::rules {
namespace {

constexpr std::size_t kLineMax = 110;  // Longer ones put their fields on lines of their own.

/// Shown as `text = value`; anything else is a condition with a word before it.
bool is_leaf(const PartTrace& part) { return part.parts.empty() && part.definition.empty(); }

std::string_view word_of(const PartTrace& part) {
  return part.is_true() ? "true " : part.is_false() ? "false" : !part.error.empty() ? "error" : "";
}

/// Expressions may have line breaks; a line of the tree has none.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!is_space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return line;
}

std::string leaf_text(const PartTrace& part) {
  const std::string text = one_line(part.text);
  if (part.is_absent) return text + " is absent";
  return part.error.empty() ? text + " = " + part.value : text + ": " + part.error;
}

/// `event.a = 1, event.b is absent`.
std::string leaves_text(const std::vector<PartTrace>& parts) {
  std::vector<std::string> texts;
  for (const PartTrace& part : parts) {
    std::string text = leaf_text(part);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  return join(texts, ", ");
}

/// Those that made the value what it is: the false ones of a false `&&`, the true ones of a true
/// `||`. An error decides unless something true has absorbed it.
bool is_decisive(const PartTrace& part, std::string_view value) {
  return part.error.empty() ? part.value == value : value != "true";
}

void append_part(std::string& out, const PartTrace& part, std::size_t indent, bool is_short);

void append_parts(std::string& out, const std::vector<PartTrace>& parts, std::string_view value,
                  std::size_t indent) {
  const bool has_decisive = std::any_of(
      parts.begin(), parts.end(), [&](const PartTrace& part) { return is_decisive(part, value); });
  for (const PartTrace& part : parts)
    if (!has_decisive || is_decisive(part, value)) append_part(out, part, indent, false);
  if (!has_decisive) return;
  for (const PartTrace& part : parts)
    if (!is_decisive(part, value)) append_part(out, part, indent, true);
}

void append_part(std::string& out, const PartTrace& part, std::size_t indent, bool is_short) {
  const std::string space(indent, ' ');
  const std::string_view word = word_of(part);
  if (is_leaf(part)) {
    out += space + leaf_text(part) + "\n";
    return;
  }
  const std::string text = one_line(part.text);
  out += space;
  out += word.empty() ? text + " = " + part.value : std::string(word) + "  " + text;
  // The deepest one says the error; that a field is absent does not say what came of it.
  const bool is_deepest =
      std::none_of(part.parts.begin(), part.parts.end(),
                   [](const PartTrace& one) { return !one.error.empty() && !one.is_absent; });
  if (!part.error.empty() && is_deepest) out += ": " + part.error;
  const std::size_t deeper = indent + (word.empty() ? 2 : 7);
  const bool has_only_leaves = std::all_of(part.parts.begin(), part.parts.end(), is_leaf);
  if (part.definition.empty() && has_only_leaves) {
    const std::string leaves = leaves_text(part.parts);
    const bool fits = indent + text.size() + leaves.size() <= kLineMax;
    out += fits ? "  where " + leaves + "\n" : "\n";
    if (!fits && !is_short) append_parts(out, part.parts, part.value, deeper);
    return;
  }
  out += '\n';
  if (is_short) return;
  if (!part.definition.empty()) {
    out += std::string(deeper, ' ') + one_line(part.text) + " is " + one_line(part.definition);
    if (has_only_leaves && !part.parts.empty()) {
      out += "  where " + leaves_text(part.parts) + "\n";
      return;
    }
    out += '\n';
  }
  append_parts(out, part.parts, part.value, deeper);
}

std::string names_of(const Ruleset& ruleset, const std::vector<std::uint32_t>& exits) {
  std::vector<std::string> names;
  for (const std::uint32_t exit : exits) names.push_back(ruleset.exits()[exit]);
  return join(names, ", ");
}

void append_rule(std::string& out, const Ruleset& ruleset, const RuleTrace& trace,
                 const config::Files* files) {
  const Rule& rule = ruleset.rule(trace.rule);
  const std::size_t indent = 2 * std::size_t{rule.depth};
  out += std::string(indent, ' ') + rule.label + ": " + std::string(to_string(trace.outcome));
  if (!trace.error.empty()) out += ": " + trace.error;
  if (trace.ended_by != kNoRule)
    out += ", `" + ruleset.rule(trace.ended_by).label + "` ended the list";
  if (trace.outcome == Outcome::kMatched) {
    if (!rule.exits.empty()) out += " -> " + names_of(ruleset, rule.exits);
    if (trace.decides.size() < rule.exits.size()) {
      out += trace.decides.empty() ? " (decided before)"
                                   : " (decides for " + names_of(ruleset, trace.decides) + ")";
    }
    if (trace.ended_list) out += ", ends its list";
  }
  if (files != nullptr && rule.mark.known())
    out += "  [" + files->path(rule.mark.file) + ":" + std::to_string(rule.mark.line) + "]";
  out += "\n";
  const std::vector<PartTrace> operands(trace.operands.begin(), trace.operands.end());
  append_parts(out, operands, trace.outcome == Outcome::kMatched ? "true" : "false", indent + 2);
}

}  // namespace

std::string rules_text(const Explanation& explanation, const config::Files* files) {
  const Ruleset& ruleset = *explanation.ruleset;
  std::string out;
  for (const RuleTrace& trace : explanation.rules) {
    const std::uint32_t parent = ruleset.rule(trace.rule).parent;
    const bool is_hidden = trace.outcome == Outcome::kNotReached && parent != kNoRule &&
                           explanation.rules[parent].outcome != Outcome::kMatched;
    if (!is_hidden) append_rule(out, ruleset, trace, files);
  }
  return out;
}

std::string rule_text(const Explanation& explanation, std::uint32_t rule,
                      const config::Files* files) {
  std::string out;
  append_rule(out, *explanation.ruleset, explanation.rules[rule], files);
  return out;
}

std::string changes_text(const ExitTrace& exit, std::string_view indent) {
  std::string out;
  for (const FieldChange& change : exit.changes) {
    out += std::string(indent) + change.by;
    if (change.after.empty())
      out += " removes " + change.field + ", which was " + change.before;
    else if (change.before == change.after)
      out += " leaves " + change.field + " = " + change.after;
    else
      out += " sets " + change.field + " = " + change.after +
             (change.before.empty() ? "" : ", which was " + change.before);
    if (!change.failure.empty()) out += "; failed: " + change.failure;
    out += '\n';
  }
  return out;
}

std::string withheld_text(const Explanation& explanation, std::string_view indent) {
  std::string out;
  for (const WithheldTrace& one : explanation.withheld)
    out += std::string(indent) + explanation.ruleset->exits()[one.exit] +
           " does not get it: " + one.reason + "\n";
  return out;
}

std::string to_text(const Explanation& explanation, const config::Files* files) {
  const Ruleset& ruleset = *explanation.ruleset;
  std::string out = rules_text(explanation, files) + withheld_text(explanation, "");
  if (explanation.is_unrouted()) return out + "no exit gets this event\n";
  out += "exits:\n";
  for (const ExitTrace& exit : explanation.exits) {
    out += "  " + ruleset.exits()[exit.exit] + ": by " + ruleset.rule(exit.rule).label + "\n";
    out += changes_text(exit, "    ");
  }
  return out;
}

}  // namespace tt::rules
