// Calls: functions of constants that always fail, and windows whose zone is left out.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "cel/ast.h"
#include "cel/program.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

bool is_function_of_literals(const cel::Expr& expr) {
  return expr.kind == cel::ExprKind::kCall && cel::operator_text(expr.name) == expr.name &&
         !expr.children.empty() &&
         std::all_of(expr.children.begin(), expr.children.end(),
                     [](const cel::Expr* child) { return child->kind == cel::ExprKind::kLiteral; });
}

/// Right, and rarely what was meant: office hours are those of a place.
void note_missing_zone(CheckContext& context, const cel::Expr& expr, const ExpressionPlace& place) {
  if (expr.kind != cel::ExprKind::kCall || expr.name != "within" || expr.children.size() != 2)
    return;
  context.diagnostics
      .warning("cel-argument", mark_of(context, place, expr), "the times of these windows are UTC",
               R"(a second argument names their zone: "Europe/Berlin"; or "UTC", to mean it)")
      .severity = config::Severity::kNote;
}

void visit(CheckContext& context, const cel::Ast& ast, const cel::Expr& expr,
           const ExpressionPlace& place) {
  for (const cel::Expr* child : expr.children) visit(context, ast, *child, place);
  note_missing_zone(context, expr, place);
  if (!is_function_of_literals(expr)) return;
  const std::string text = ast.text().substr(static_cast<std::size_t>(expr.begin),
                                             static_cast<std::size_t>(expr.length));
  const cel::Compiled call = cel::compile(text, context.ruleset.environment().environment());
  if (!call.ok()) return;
  const cel::Value value = call.program->evaluate(cel::EmptyScope());
  if (!value.is_error()) return;
  context.diagnostics.warning("cel-argument", mark_of(context, place, expr),
                              "`" + text + "` always fails: " + std::string(value.error_text()));
}

}  // namespace

void check_calls(CheckContext& context, const cel::Ast& ast, const ExpressionPlace& place) {
  visit(context, ast, ast.root(), place);
}

}  // namespace tt::rules
