// Judges one event rule by rule, in the plainest way, and keeps what was seen.
// SPDX-License-Identifier: Apache-2.0
#include "rules/explain.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "cel/diagnostic.h"
#include "rules/explain_parts.h"

namespace tt::rules {
namespace {

/// The error and where in the `when` it arose.
std::string error_text(const cel::Value& error, const std::string& when) {
  std::string text = cut_text(error.error_text());
  if (error.error_position() < 0) return text;
  cel::Diagnostic place;
  place.begin = error.error_position();
  cel::locate(when, place);
  const bool is_long = when.find('\n') != std::string::npos;
  return text + " (" + (is_long ? "line " + std::to_string(place.line) + ", " : "") + "column " +
         std::to_string(place.column) + ")";
}

void judge(const Rule& rule, const tmpl::EventScope& scope, PartTracer& tracer, RuleTrace& trace) {
  trace.outcome = Outcome::kMatched;
  if (!rule.when.program) return;
  const cel::Value value = rule.when.program->evaluate(scope);
  if (value.is_error()) {
    trace.outcome = Outcome::kError;
    trace.error = error_text(value, rule.when.program->text());
  } else if (!value.is_true()) {
    trace.outcome = value.is_false() ? Outcome::kNotMatched : Outcome::kError;
    if (!value.is_false()) trace.error = "not a bool: " + cut_text(cel::to_json_text(value));
  }
  trace.operands = tracer.operands(rule);
}

/// `set` and `unset` on the way to one exit, outermost rule first, the exit's own last.
class ChangeTracer {
 public:
  ChangeTracer(const tmpl::EventScope& scope, ExitTrace& trace)
      : scope_(scope), trace_(trace), writer_(batch_, kRewrittenLimits) {}

  /// Everything so far and this one, on a fresh copy: what a delivery does in one go.
  void add(const Rewrite& rewrite, const std::string& by) {
    applied_.push_back(&rewrite);
    tmpl::HoleFailures failures;
    std::vector<FieldFailure> fields;
    writer_.begin();
    writer_.set_all(scope_.event());
    for (const Rewrite* one : applied_) {
      const bool is_last = one == &rewrite;
      one->apply(scope_, writer_, is_last ? &failures : nullptr, is_last ? &fields : nullptr);
    }
    if (Status done = writer_.finish(scope_.meta().received_ns); !done) {
      ++failures.count;
      if (failures.first.empty()) failures.first = done.error().text;
      writer_.abandon();
    } else {
      note(by, fields);
      trace_.changed_event = now().json;
    }
    if (trace_.failures == 0) trace_.failure = failures.first;
    trace_.failures += failures.count;
  }

 private:
  event::EventView now() const {
    return batch_.empty() ? scope_.event() : batch_[batch_.size() - 1];
  }
  void note(const std::string& by, const std::vector<FieldFailure>& failed) {
    const std::size_t stages = batch_.size();
    const event::EventView before = stages > 1 ? batch_[stages - 2] : scope_.event();
    const event::EventView after = batch_[stages - 1];
    std::map<std::string, std::string_view> gone;  // Of `before`, what `after` has not shown yet.
    for (const event::Field& field : before.fields)
      gone.emplace(before.name(field), before.raw_value(field));
    std::vector<FieldChange> changes;
    for (const event::Field& field : after.fields) {
      const std::string name = after.name(field);
      const std::string_view value = after.raw_value(field);
      const auto old = gone.find(name);
      if (old == gone.end())
        changes.push_back({by, name, {}, cut_json(value), {}});
      else if (old->second != value)
        changes.push_back({by, name, cut_json(old->second), cut_json(value), {}});
      if (old != gone.end()) gone.erase(old);
    }
    for (const auto& [name, value] : gone) changes.push_back({by, name, cut_json(value), {}, {}});
    for (const FieldFailure& failure : failed) add_failure(failure, by, changes);
    const std::size_t room = kChangesMax - std::min(kChangesMax, trace_.changes.size());
    if (changes.size() > room) changes.resize(room);
    std::move(changes.begin(), changes.end(), std::back_inserter(trace_.changes));
  }
  /// To the change of that field; a value that failed may also have left it as it was.
  void add_failure(const FieldFailure& failure, const std::string& by,
                   std::vector<FieldChange>& changes) const {
    for (FieldChange& change : changes) {
      if (change.field != failure.field) continue;
      change.failure = failure.text;
      return;
    }
    const event::EventView event = now();
    const event::Field* field = event.find(failure.field);
    const std::string value = field ? cut_json(event.raw_value(*field)) : "";
    changes.push_back({by, failure.field, value, value, failure.text});
  }

  const tmpl::EventScope& scope_;
  ExitTrace& trace_;
  event::EventBatch batch_;  // One event a stage.
  event::EventWriter writer_;
  std::vector<const Rewrite*> applied_;
};

void trace_changes(const Ruleset& ruleset, const Rewrite* exit_rewrite,
                   const tmpl::EventScope& scope, ExitTrace& trace) {
  ChangeTracer tracer(scope, trace);
  std::vector<const Rule*> path;
  for (std::uint32_t rule = trace.rule; rule != kNoRule; rule = ruleset.rule(rule).parent)
    path.push_back(&ruleset.rule(rule));
  for (auto rule = path.rbegin(); rule != path.rend(); ++rule)
    if ((*rule)->rewrite) tracer.add(*(*rule)->rewrite, (*rule)->label);
  if (exit_rewrite) tracer.add(*exit_rewrite, "exit " + ruleset.exits()[trace.exit]);
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
                    const tmpl::MetaView& meta, std::span<const Rewrite* const> exit_rewrites) {
  Explanation made;
  const tmpl::EventEnvironment& environment = ruleset->environment();
  const tmpl::EventScope scope(environment, event, meta);
  PartTracer tracer(environment, scope);
  std::vector<std::uint32_t> deciders(ruleset->exits().size(), kNoRule);
  std::vector<std::uint32_t> ended_by(ruleset->rules().size() + 1, kNoRule);  // By list.
  for (const Rule& rule : ruleset->rules()) {
    RuleTrace& trace = made.rules.emplace_back();
    trace.rule = rule.index;
    const bool is_top = rule.parent == kNoRule;
    const std::size_t list = is_top ? 0 : std::size_t{rule.parent} + 1;
    if (!is_top && made.rules[rule.parent].outcome != Outcome::kMatched) continue;
    trace.ended_by = ended_by[list];
    if (trace.ended_by != kNoRule) continue;
    judge(rule, scope, tracer, trace);
    if (trace.outcome != Outcome::kMatched) continue;
    for (const std::uint32_t exit : rule.exits) {
      if (deciders[exit] != kNoRule) continue;
      deciders[exit] = rule.index;
      trace.decides.push_back(exit);
    }
    trace.ended_list = rule.is_final;
    if (rule.is_final) ended_by[list] = rule.index;
  }
  for (std::uint32_t exit = 0; exit < deciders.size(); ++exit) {
    if (deciders[exit] == kNoRule) continue;
    ExitTrace& trace = made.exits.emplace_back();
    trace.exit = exit;
    trace.rule = deciders[exit];
    const Rewrite* own = exit < exit_rewrites.size() ? exit_rewrites[exit] : nullptr;
    trace_changes(*ruleset, own, scope, trace);
  }
  made.ruleset = std::move(ruleset);
  return made;
}

void withhold(Explanation& explanation, std::uint32_t exit, std::string reason) {
  const auto found = std::find_if(explanation.exits.begin(), explanation.exits.end(),
                                  [&](const ExitTrace& one) { return one.exit == exit; });
  if (found == explanation.exits.end()) return;
  explanation.withheld.push_back({exit, found->rule, std::move(reason)});
  explanation.exits.erase(found);
}

}  // namespace tt::rules
