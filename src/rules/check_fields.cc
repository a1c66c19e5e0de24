// Fields: names below `event` that no entry brings and nothing sets.
// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "cel/ast.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

constexpr std::string_view kRecord = "event";

/// The dotted name below `event` that a chain of `.a`, `.?a`, `["a"]` reads; false for others.
bool path_of(const cel::Expr& expr, std::string& path) {
  if (expr.kind == cel::ExprKind::kName) return expr.name == kRecord;
  const bool is_select = expr.kind == cel::ExprKind::kSelect;
  const bool is_index = expr.kind == cel::ExprKind::kCall &&
                        (expr.name == cel::op::kIndex || expr.name == cel::op::kOptionalIndex) &&
                        is_text(*expr.children[1]);
  if ((!is_select && !is_index) || !path_of(*expr.children[0], path)) return false;
  if (!path.empty()) path += '.';
  path += is_select ? expr.name : std::string(expr.children[1]->literal.as_string());
  return true;
}

class FieldWalk {
 public:
  FieldWalk(CheckContext& context, const ExpressionPlace& place)
      : context_(context), place_(place) {}

  void visit(const cel::Expr& expr) {
    // A comprehension over a variable of that name hides the event.
    if (expr.variable == kRecord || expr.variable2 == kRecord) return;
    std::string path;
    if (path_of(expr, path) && !path.empty()) return look_at(expr, path);
    const bool is_in_event = expr.kind == cel::ExprKind::kCall && expr.name == cel::op::kIn &&
                             expr.children[1]->kind == cel::ExprKind::kName &&
                             expr.children[1]->name == kRecord && is_text(*expr.children[0]);
    if (is_in_event) {
      look_at(*expr.children[0], std::string(expr.children[0]->literal.as_string()));
    }
    for (const cel::Expr* child : expr.children) visit(*child);
  }

 private:
  void look_at(const cel::Expr& expr, const std::string& path) {
    const Occurrence found = place_.produced.field(path);
    if (found.kind == Occurrence::Kind::kPossible || !said_.insert(path).second) return;
    const bool is_slip = found.kind == Occurrence::Kind::kSlip;
    std::string hint;
    if (!found.meant.empty()) {
      hint = "did you mean `event." + found.meant + "`?";
    } else if (place_.produced.keeps_raw()) {
      hint =
          "the sender's own fields stand under `event.raw.`; what portals fill is listed in "
          "docs/events.md";
    }
    context_.diagnostics.warning("unknown-field", mark_of(context_, place_, expr),
                                 is_slip
                                     ? "no known field is called `" + path + "`"
                                     : place_.produced.subject("brings") + " field `" + path + "`",
                                 std::move(hint));
  }

  CheckContext& context_;
  const ExpressionPlace& place_;
  std::set<std::string> said_;
};

}  // namespace

void check_fields(CheckContext& context, const cel::Expr& root, const ExpressionPlace& place) {
  FieldWalk(context, place).visit(root);
}

}  // namespace tt::rules
