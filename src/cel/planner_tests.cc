// Which tests on fields must hold wherever a program is true.
// SPDX-License-Identifier: Apache-2.0
#include "cel/planner.h"

namespace tt::cel {
namespace {

const std::string_view* text_of(const Expr& expr, std::string_view& storage) {
  if (expr.kind != ExprKind::kLiteral || !expr.literal.is_string()) return nullptr;
  storage = expr.literal.as_string();
  // An absent field may read as "": a test for it selects nothing.
  return storage.empty() ? nullptr : &storage;
}

}  // namespace

/// `field == text`, `field in [texts]`, and `||` of such tests on one field.
bool Planner::alternatives_of(const Expr& expr, FieldTest& test) {
  if (expr.kind != ExprKind::kCall || expr.member) return false;
  const auto field = [&](const Expr& side) {
    const Reference& to = reference(side);
    if (to.kind != Reference::Kind::kField || to.optional || to.test_only) return false;
    test.record = to.index;
    test.slot = record(to.index).layout->slot_of(to.name);
    return true;
  };
  std::string_view text;
  if (expr.name == op::kEqual) {
    for (const int side : {0, 1}) {
      const auto at = static_cast<std::size_t>(side);
      if (!field(*expr.children[at]) || !text_of(*expr.children[1 - at], text)) continue;
      test.texts = {std::string(text)};
      return true;
    }
    return false;
  }
  if (expr.name == op::kIn) {
    const Expr& list = *expr.children[1];
    if (list.kind != ExprKind::kList || list.children.empty() || !field(*expr.children[0])) {
      return false;
    }
    for (std::size_t i = 0; i < list.children.size(); ++i) {
      if (list.optional_children[i] || !text_of(*list.children[i], text)) return false;
      test.texts.emplace_back(text);
    }
    return true;
  }
  if (expr.name != op::kOr) return false;
  for (const Expr* child : expr.children) {
    FieldTest one;
    if (!alternatives_of(*child, one)) return false;
    if (!test.texts.empty() && (one.record != test.record || one.slot != test.slot)) return false;
    test.record = one.record;
    test.slot = one.slot;
    test.texts.insert(test.texts.end(), one.texts.begin(), one.texts.end());
  }
  return true;
}

void Planner::collect_tests(const Expr& expr, std::vector<FieldTest>& tests) {
  const Reference& to = reference(expr);
  if (to.kind == Reference::Kind::kDefinition) {
    const auto& inner = to.definition->required_tests();
    tests.insert(tests.end(), inner.begin(), inner.end());
    return;
  }
  if (expr.kind != ExprKind::kCall) return;
  if (!expr.member && expr.name == op::kAnd) {
    for (const Expr* child : expr.children) collect_tests(*child, tests);
    return;
  }
  FieldTest test;
  if (alternatives_of(expr, test)) {
    tests.push_back(std::move(test));
    return;
  }
  if (!expr.member || expr.name != "startsWith" || expr.children.size() != 2) return;
  const Reference& receiver = reference(*expr.children[0]);
  std::string_view text;
  if (receiver.kind != Reference::Kind::kField || receiver.optional || receiver.test_only ||
      !text_of(*expr.children[1], text)) {
    return;
  }
  tests.push_back({FieldTest::Kind::kPrefix,
                   receiver.index,
                   record(receiver.index).layout->slot_of(receiver.name),
                   {std::string(text)}});
}

}  // namespace tt::cel
