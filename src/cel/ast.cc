// Names of syntax tree nodes.
// SPDX-License-Identifier: Apache-2.0
#include "cel/ast.h"

namespace tt::cel {

std::string qualified_name(const Expr& expr) {
  if (expr.kind == ExprKind::kName) return (expr.rooted ? "." : "") + expr.name;
  if (expr.kind != ExprKind::kSelect || expr.test_only || expr.optional) return {};
  std::string name = qualified_name(*expr.children[0]);
  if (name.empty()) return {};
  return name + "." + expr.name;
}

std::string_view operator_text(std::string_view function) {
  if (function == op::kIn) return "in";
  if (function == op::kIndex) return "[]";
  if (function == op::kOptionalIndex) return "[?]";
  if (function == op::kConditional) return "?:";
  const bool binary = function.size() > 2 && function.starts_with('_') && function.ends_with('_');
  if (binary) return function.substr(1, function.size() - 2);
  if (function == op::kNot || function == op::kNegate) return function.substr(0, 1);
  return function;
}

}  // namespace tt::cel
