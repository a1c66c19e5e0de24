// Work that a call does once, while it is planned: what its constants say, within a budget.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cel/planner.h"

namespace tt::cel {

void Planner::prepare(const Expr& expr, PlannedOverload& planned,
                      const std::vector<NodePtr>& arguments) {
  std::vector<const Value*> constants;
  for (const NodePtr& argument : arguments) constants.push_back(argument->constant());
  if (prepare_cost_left_ < 0) {
    planned.problem = "the regular expressions of this expression are too large together";
    if (std::exchange(is_over_budget_, true)) return;
    return report(expr, Severity::kError, planned.problem, "limit");
  }
  Prepared prepared = planned.overload.prepare(constants);
  prepare_cost_left_ -= prepared.cost;
  planned.state = std::move(prepared.state);
  planned.problem = prepared.problem;
  if (!prepared.problem.empty()) report(expr, Severity::kError, prepared.problem);
  if (!prepared.warning.empty()) report(expr, Severity::kWarning, prepared.warning);
}

void Planner::report(const Expr& expr, Severity severity, const std::string& text,
                     std::string_view code) {
  if (!strict_) return;
  Diagnostic& diagnostic = diagnostics_.emplace_back();
  diagnostic.severity = severity;
  diagnostic.code = code;
  diagnostic.text = text;
  diagnostic.begin = expr.mark;
  diagnostic.length = expr.begin + expr.length - expr.mark;
}

}  // namespace tt::cel
