// Which tests on fields must hold wherever a program is true.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cel/planner.h"

namespace tt::cel {
namespace {

std::optional<std::string> text_of(const Expr& expr) {
  // An absent field may read as "": a test for it selects nothing.
  if (expr.kind != ExprKind::kLiteral || !expr.literal.is_string()) return std::nullopt;
  if (expr.literal.as_string().empty()) return std::nullopt;
  return std::string(expr.literal.as_string());
}

/// Makes `expr` one more alternative of the test, if it is a constant of the kinds that are told.
bool add_constant(FieldTest& test, const Expr& expr) {
  if (auto text = text_of(expr)) {
    test.texts.push_back(*std::move(text));
    return true;
  }
  if (expr.kind != ExprKind::kLiteral || !expr.literal.is(Kind::kInt)) return false;
  test.integers.push_back(expr.literal.as_int());
  return true;
}

bool same_field(const FieldTest& a, const FieldTest& b) {
  return a.record == b.record && a.slot == b.slot;
}

/// Joins `other` to `test`, both on one field; a value that equals a text begins with it.
void unite(FieldTest& test, const FieldTest& other) {
  if (other.kind == FieldTest::Kind::kPrefix) test.kind = FieldTest::Kind::kPrefix;
  test.texts.insert(test.texts.end(), other.texts.begin(), other.texts.end());
  test.integers.insert(test.integers.end(), other.integers.begin(), other.integers.end());
}

}  // namespace

/// Whether evaluating it can never use up the budget, whatever the event: logic over fields and
/// their comparisons with constants.
bool Planner::is_cheap(const Expr& expr) const {
  if (reference(expr).kind == Reference::Kind::kField) return true;
  if (expr.kind == ExprKind::kLiteral) return true;
  if (expr.kind != ExprKind::kCall) return false;
  const auto& children = expr.children;
  const auto cheap = [this](const Expr* child) { return is_cheap(*child); };
  const auto literal = [](const Expr* child) { return child->kind == ExprKind::kLiteral; };
  if (expr.name == op::kAnd || expr.name == op::kOr || expr.name == op::kNot) {
    return std::all_of(children.begin(), children.end(), cheap);
  }
  const bool is_test = expr.member && (expr.name == "startsWith" || expr.name == "endsWith");
  if (expr.name == op::kEqual || expr.name == op::kNotEqual || is_test) {
    return std::all_of(children.begin(), children.end(), cheap) &&
           std::any_of(children.begin(), children.end(), literal);
  }
  return field_test_of(expr).has_value();
}

std::optional<FieldTest> Planner::field_test(const Expr& side) const {
  const Reference& to = reference(side);
  if (to.kind != Reference::Kind::kField || to.optional || to.test_only) return std::nullopt;
  FieldTest test;
  test.record = to.index;
  test.slot = record(to.index).layout->slot_of(to.name);
  test.absent_is_empty = to.field.absent_is_default && to.field.type.is(TypeKind::kString);
  return test;
}

/// `field == constant`, `constant == field`, `field in [constants]`, `field.startsWith(text)`.
std::optional<FieldTest> Planner::field_test_of(const Expr& expr) const {
  if (expr.children.size() != 2) return std::nullopt;
  const Expr& left = *expr.children[0];
  const Expr& right = *expr.children[1];
  std::optional<FieldTest> test = field_test(left);
  if (expr.member) {
    const auto text = text_of(right);
    if (expr.name != "startsWith" || !test || !text) return std::nullopt;
    test->kind = FieldTest::Kind::kPrefix;
    test->texts = {*text};
    return test;
  }
  if (expr.name == op::kEqual) {
    const Expr& other = test ? right : left;
    if (!test) test = field_test(right);
    if (!test || !add_constant(*test, other)) return std::nullopt;
    return test;
  }
  if (expr.name != op::kIn || !test) return std::nullopt;
  if (right.kind != ExprKind::kList || right.children.empty()) return std::nullopt;
  for (std::size_t i = 0; i < right.children.size(); ++i) {
    if (right.optional_children[i] || !add_constant(*test, *right.children[i])) return std::nullopt;
  }
  return test;
}

std::vector<const Expr*> Planner::operands_in_order(const Expr& logic) const {
  std::vector<const Expr*> operands = logic.children;
  std::stable_partition(operands.begin(), operands.end(), [this](const Expr* operand) {
    return operand->kind != ExprKind::kLiteral && is_cheap(*operand);
  });
  return operands;
}

std::vector<FieldTest> Planner::required_tests(const Expr& expr) const {
  const Reference& to = reference(expr);
  if (to.kind == Reference::Kind::kDefinition) return to.definition->required_tests();
  if (expr.kind != ExprKind::kCall) return {};
  if (expr.name == op::kAnd) return tests_of_all(expr);
  if (expr.name == op::kOr) return tests_of_any(expr);
  if (auto test = field_test_of(expr)) return {*std::move(test)};
  return {};
}

/// What stands behind an operand that may use up the budget is not told: there the program is an
/// error whatever the field is.
std::vector<FieldTest> Planner::tests_of_all(const Expr& conjunction) const {
  std::vector<FieldTest> all;
  for (const Expr* operand : operands_in_order(conjunction)) {
    for (FieldTest& test : required_tests(*operand)) all.push_back(std::move(test));
    if (!is_cheap(*operand)) break;
  }
  return all;
}

/// A field that every operand tests is one of all their constants.
std::vector<FieldTest> Planner::tests_of_any(const Expr& disjunction) const {
  std::vector<FieldTest> common = required_tests(*disjunction.children.front());
  for (std::size_t i = 1; i < disjunction.children.size() && !common.empty(); ++i) {
    const std::vector<FieldTest> others = required_tests(*disjunction.children[i]);
    std::erase_if(common, [&](FieldTest& test) {
      const auto other = std::find_if(others.begin(), others.end(),
                                      [&](const FieldTest& o) { return same_field(o, test); });
      if (other == others.end()) return true;
      unite(test, *other);
      return false;
    });
  }
  return common;
}

}  // namespace tt::cel
