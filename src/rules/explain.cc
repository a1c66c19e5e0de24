// Judges one event rule by rule, in the plainest way, and keeps what was seen.
// SPDX-License-Identifier: Apache-2.0
#include "rules/explain.h"

#include <algorithm>

#include "event/writer.h"

namespace tt::rules {
namespace {

OperandTrace trace_operand(const Rule& rule, const Conjunct& conjunct,
                           const tmpl::EventEnvironment& environment,
                           const tmpl::EventScope& scope) {
  OperandTrace trace;
  trace.text = rule.when.program->text().substr(conjunct.begin, conjunct.length);
  const cel::Value value = conjunct.program->evaluate(scope);
  if (value.is_error()) {
    trace.error = value.error_text();
  } else {
    trace.value = cel::to_json_text(value);
  }
  for (const cel::FieldUse& use : conjunct.program->fields()) {
    const bool is_event = use.record == tmpl::kEventRecord;
    const auto& layout = is_event ? environment.event_layout() : environment.meta_layout();
    const cel::Value field = scope.field(use.record, use.slot);
    trace.fields.emplace_back((is_event ? "event." : "meta.") + layout.name_of(use.slot),
                              field.is_absent()  ? "absent"
                              : field.is_error() ? std::string(field.error_text())
                                                 : cel::to_json_text(field));
  }
  return trace;
}

void judge(const Rule& rule, const tmpl::EventEnvironment& environment,
           const tmpl::EventScope& scope, RuleTrace& trace) {
  trace.outcome = Outcome::kMatched;
  if (!rule.when.program) return;
  const cel::Value value = rule.when.program->evaluate(scope);
  if (value.is_error()) {
    trace.outcome = Outcome::kError;
    trace.error = value.error_text();
  } else if (!value.is_true()) {
    trace.outcome = value.is_false() ? Outcome::kNotMatched : Outcome::kError;
    if (!value.is_false()) trace.error = "not a bool: " + cel::to_json_text(value);
  }
  for (const Conjunct& conjunct : rule.conjuncts) {
    trace.operands.push_back(trace_operand(rule, conjunct, environment, scope));
  }
}

ExitTrace trace_exit(const Ruleset& ruleset, std::uint32_t exit, std::uint32_t rule,
                     const tmpl::EventScope& scope) {
  ExitTrace trace{.exit = exit, .rule = rule, .changed_event = {}, .failures = 0, .failure = {}};
  const auto rewrites = ruleset.rewrites(ruleset.rule(rule));
  if (rewrites.empty()) return trace;
  event::EventBatch batch;
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_all(scope.event());
  tmpl::HoleFailures failures;
  for (const Rewrite* rewrite : rewrites) rewrite->apply(scope, writer, &failures);
  if (Status done = writer.finish(scope.meta().received_ns); !done) {
    ++failures.count;
    if (failures.first.empty()) failures.first = done.error().text;
  } else {
    trace.changed_event = batch[0].json;
  }
  trace.failures = failures.count;
  trace.failure = failures.first;
  return trace;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kMatched:
      return "matched";
    case Outcome::kNotMatched:
      return "no match";
    case Outcome::kError:
      return "error";
    case Outcome::kNotReached:
      break;
  }
  return "not reached";
}

Explanation explain(std::shared_ptr<const Ruleset> ruleset, const event::EventView& event,
                    const tmpl::MetaView& meta) {
  Explanation made;
  const tmpl::EventEnvironment& environment = ruleset->environment();
  const tmpl::EventScope scope(environment, event, meta);
  std::vector<std::uint32_t> deciders(ruleset->exits().size(), kNoRule);
  std::vector<bool> ended(ruleset->rules().size() + 1);
  for (const Rule& rule : ruleset->rules()) {
    RuleTrace& trace = made.rules.emplace_back();
    trace.rule = rule.index;
    const bool is_top = rule.parent == kNoRule;
    const std::size_t list = is_top ? 0 : std::size_t{rule.parent} + 1;
    const bool is_reached = is_top || made.rules[rule.parent].outcome == Outcome::kMatched;
    if (!is_reached || ended[list]) continue;
    judge(rule, environment, scope, trace);
    if (trace.outcome != Outcome::kMatched) continue;
    for (const std::uint32_t exit : rule.exits) {
      if (deciders[exit] != kNoRule) continue;
      deciders[exit] = rule.index;
      trace.decides.push_back(exit);
    }
    trace.ended_list = rule.is_final;
    ended[list] = rule.is_final;
  }
  for (std::uint32_t exit = 0; exit < deciders.size(); ++exit) {
    if (deciders[exit] == kNoRule) continue;
    made.exits.push_back(trace_exit(*ruleset, exit, deciders[exit], scope));
  }
  made.ruleset = std::move(ruleset);
  return made;
}

}  // namespace tt::rules
