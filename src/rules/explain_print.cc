// Writes explanations: a text for people, JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "rules/explain.h"

namespace tt::rules {
namespace {

std::string names_of(const Ruleset& ruleset, const std::vector<std::uint32_t>& exits) {
  std::vector<std::string> names;
  for (const std::uint32_t exit : exits) names.push_back(ruleset.exits()[exit]);
  return join(names, ", ");
}

void append_operands(std::string& out, const RuleTrace& trace, const std::string& indent) {
  for (const OperandTrace& operand : trace.operands) {
    out += indent + (operand.error.empty() ? operand.value : "error") + "  " + operand.text + "\n";
    if (!operand.error.empty()) out += indent + "    " + operand.error + "\n";
    for (const auto& [name, value] : operand.fields) {
      out += indent + "    " + name + " = " + value + "\n";
    }
  }
}

void append_rule(std::string& out, const Ruleset& ruleset, const RuleTrace& trace,
                 const config::Files* files) {
  const Rule& rule = ruleset.rule(trace.rule);
  const std::string indent(2 * std::size_t{rule.depth}, ' ');
  out += indent + rule.label + ": " + std::string(to_string(trace.outcome));
  if (trace.outcome == Outcome::kMatched) {
    if (!rule.exits.empty()) out += " -> " + names_of(ruleset, rule.exits);
    if (trace.decides.size() < rule.exits.size()) {
      out += trace.decides.empty() ? " (decided before)"
                                   : " (decides for " + names_of(ruleset, trace.decides) + ")";
    }
    if (trace.ended_list) out += ", ends its list";
  }
  if (files != nullptr && rule.mark.known()) {
    out += "  [" + files->path(rule.mark.file) + ":" + std::to_string(rule.mark.line) + "]";
  }
  out += "\n";
  append_operands(out, trace, indent + "  ");
}

void append_strings(std::string& out, const Ruleset& ruleset,
                    const std::vector<std::uint32_t>& exits) {
  out += '[';
  for (std::size_t i = 0; i < exits.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, ruleset.exits()[exits[i]]);
  }
  out += ']';
}

void append_operand_json(std::string& out, const OperandTrace& operand) {
  out += "{\"text\":" + json_string(operand.text);
  if (operand.error.empty()) {
    out += ",\"value\":" + operand.value;
  } else {
    out += ",\"error\":" + json_string(operand.error);
  }
  out += ",\"fields\":{";
  for (std::size_t i = 0; i < operand.fields.size(); ++i) {
    if (i > 0) out += ',';
    const auto& [name, value] = operand.fields[i];
    // Values are shown, not computed with: text also where they are JSON.
    out += json_string(name) + ":" + json_string(value);
  }
  out += "}}";
}

void append_rule_json(std::string& out, const Ruleset& ruleset, const RuleTrace& trace) {
  const Rule& rule = ruleset.rule(trace.rule);
  out += "{\"rule\":" + json_string(rule.label) + ",\"depth\":" + std::to_string(rule.depth);
  if (rule.mark.known()) out += ",\"line\":" + std::to_string(rule.mark.line);
  if (!rule.when.empty()) out += ",\"when\":" + json_string(rule.when.text);
  out += ",\"result\":" + json_string(to_string(trace.outcome));
  if (!trace.error.empty()) out += ",\"error\":" + json_string(trace.error);
  if (!trace.operands.empty()) {
    out += ",\"operands\":[";
    for (std::size_t i = 0; i < trace.operands.size(); ++i) {
      if (i > 0) out += ',';
      append_operand_json(out, trace.operands[i]);
    }
    out += ']';
  }
  out += ",\"to\":";
  append_strings(out, ruleset, rule.exits);
  out += ",\"decides\":";
  append_strings(out, ruleset, trace.decides);
  if (trace.ended_list) out += ",\"ended_list\":true";
  out += '}';
}

void append_exit_json(std::string& out, const Ruleset& ruleset, const ExitTrace& trace) {
  out += "{\"exit\":" + json_string(ruleset.exits()[trace.exit]) +
         ",\"rule\":" + json_string(ruleset.rule(trace.rule).label);
  if (!trace.changed_event.empty()) out += ",\"event\":" + trace.changed_event;
  if (trace.failures > 0) {
    out += ",\"failures\":" + std::to_string(trace.failures) +
           ",\"failure\":" + json_string(trace.failure);
  }
  out += '}';
}

}  // namespace

std::string to_text(const Explanation& explanation, const config::Files* files) {
  const Ruleset& ruleset = *explanation.ruleset;
  std::string out;
  for (const RuleTrace& trace : explanation.rules) {
    const std::uint32_t parent = ruleset.rule(trace.rule).parent;
    const bool is_hidden = trace.outcome == Outcome::kNotReached && parent != kNoRule &&
                           explanation.rules[parent].outcome != Outcome::kMatched;
    if (!is_hidden) append_rule(out, ruleset, trace, files);
  }
  if (explanation.is_unrouted()) return out + "no exit gets this event\n";
  out += "exits:\n";
  for (const ExitTrace& exit : explanation.exits) {
    out += "  " + ruleset.exits()[exit.exit] + ": by " + ruleset.rule(exit.rule).label + "\n";
    if (!exit.changed_event.empty()) out += "    as " + exit.changed_event + "\n";
    if (exit.failures > 0) {
      out += "    " + std::to_string(exit.failures) + " failed: " + exit.failure + "\n";
    }
  }
  return out;
}

std::string to_json(const Explanation& explanation) {
  const Ruleset& ruleset = *explanation.ruleset;
  std::string out = "{\"rules\":[";
  for (std::size_t i = 0; i < explanation.rules.size(); ++i) {
    if (i > 0) out += ',';
    append_rule_json(out, ruleset, explanation.rules[i]);
  }
  out += "],\"exits\":[";
  for (std::size_t i = 0; i < explanation.exits.size(); ++i) {
    if (i > 0) out += ',';
    append_exit_json(out, ruleset, explanation.exits[i]);
  }
  out += "],\"unrouted\":";
  out += explanation.is_unrouted() ? "true}" : "false}";
  return out;
}

}  // namespace tt::rules
