// Explanations for programs; docs/why.md says what each member means.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "rules/explain.h"

namespace tt::rules {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view json) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  out += json;
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) append_member(out, name, json_string(text));
}

template <class List, class Append>
void append_list(std::string& out, std::string_view name, const List& list, Append append) {
  append_member(out, name, "[");
  for (const auto& one : list) {
    if (out.back() != '[') out += ',';
    append(one);
  }
  out += ']';
}

/// Members of an object that has been opened; the caller closes it.
void append_part(std::string& out, const PartTrace& part) {
  append_member(out, "text", json_string(part.text));
  append_text(out, "definition", part.definition);
  if (!part.value.empty()) append_member(out, "value", part.value);
  append_text(out, "error", part.error);
  if (part.is_absent) append_member(out, "absent", "true");
  if (part.parts.empty()) return;
  append_list(out, "parts", part.parts, [&](const PartTrace& one) {
    out += '{';
    append_part(out, one);
    out += '}';
  });
}

void append_operand(std::string& out, const OperandTrace& operand) {
  out += '{';
  append_part(out, operand);
  append_member(out, "fields", "{");
  for (const auto& [name, value] : operand.fields)
    // Values are shown, not computed with: text also where they are JSON.
    append_text(out, name, value);
  out += "}}";
}

void append_exits(std::string& out, std::string_view name, const Ruleset& ruleset,
                  const std::vector<std::uint32_t>& exits) {
  append_list(out, name, exits,
              [&](std::uint32_t exit) { append_json_string(out, ruleset.exits()[exit]); });
}

void append_rule(std::string& out, const Ruleset& ruleset, const RuleTrace& trace) {
  const Rule& rule = ruleset.rule(trace.rule);
  out += '{';
  append_member(out, "rule", json_string(rule.label));
  append_member(out, "depth", std::to_string(rule.depth));
  append_member(out, "line", std::to_string(rule.mark.line));
  if (rule.when.program) append_member(out, "when", json_string(rule.when.program->text()));
  append_member(out, "result", json_string(to_string(trace.outcome)));
  append_text(out, "error", trace.error);
  if (!trace.operands.empty())
    append_list(out, "operands", trace.operands,
                [&](const OperandTrace& one) { append_operand(out, one); });
  append_exits(out, "to", ruleset, rule.exits);
  append_exits(out, "decides", ruleset, trace.decides);
  if (trace.ended_list) append_member(out, "ended_list", "true");
  if (trace.ended_by != kNoRule) append_text(out, "ended_by", ruleset.rule(trace.ended_by).label);
  out += '}';
}

void append_change(std::string& out, const FieldChange& change) {
  out += '{';
  append_member(out, "by", json_string(change.by));
  append_member(out, "field", json_string(change.field));
  if (!change.before.empty()) append_member(out, "before", change.before);
  if (!change.after.empty()) append_member(out, "after", change.after);
  append_text(out, "failure", change.failure);
  out += '}';
}

void append_exit(std::string& out, const Ruleset& ruleset, const ExitTrace& trace) {
  out += '{';
  append_member(out, "exit", json_string(ruleset.exits()[trace.exit]));
  append_member(out, "rule", json_string(ruleset.rule(trace.rule).label));
  if (!trace.changes.empty())
    append_list(out, "set", trace.changes,
                [&](const FieldChange& one) { append_change(out, one); });
  if (!trace.changed_event.empty()) append_member(out, "event", trace.changed_event);
  if (trace.failures > 0) {
    append_member(out, "failures", std::to_string(trace.failures));
    append_text(out, "failure", trace.failure);
  }
  out += '}';
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  const Ruleset& ruleset = *explanation.ruleset;
  std::string out = "{";
  append_list(out, "rules", explanation.rules,
              [&](const RuleTrace& one) { append_rule(out, ruleset, one); });
  append_list(out, "exits", explanation.exits,
              [&](const ExitTrace& one) { append_exit(out, ruleset, one); });
  if (!explanation.withheld.empty())
    append_list(out, "withheld", explanation.withheld, [&](const WithheldTrace& one) {
      out += '{';
      append_member(out, "exit", json_string(ruleset.exits()[one.exit]));
      append_member(out, "rule", json_string(ruleset.rule(one.rule).label));
      append_member(out, "reason", json_string(one.reason));
      out += '}';
    });
  append_member(out, "unrouted", explanation.is_unrouted() ? "true" : "false");
  return out + "}";
}

}  // namespace tt::rules
