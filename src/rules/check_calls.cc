// Calls: functions of constants that fail whenever they are evaluated.
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

void visit(CheckContext& context, const cel::Ast& ast, const cel::Expr& expr,
           const ExpressionPlace& place) {
  for (const cel::Expr* child : expr.children) visit(context, ast, *child, place);
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
