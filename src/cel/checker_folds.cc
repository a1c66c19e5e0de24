// Types of expressions that hold variables: comprehensions, binds, optMap.
// SPDX-License-Identifier: Apache-2.0
#include "cel/checker.h"

namespace tt::cel {

bool Checker::fold_variables(const Expr& expr, const Type& range, Type& first, Type& second) {
  const bool two = !expr.variable2.empty();
  switch (range.kind()) {
    case TypeKind::kList:
      first = two ? Type::int64() : range.parameter(0);
      second = range.parameter(0);
      return true;
    case TypeKind::kMap:
      first = range.parameter(0);
      second = range.parameter(1);
      return true;
    case TypeKind::kParameter:
      types_.assignable(Type::dyn(), range);
      return true;
    case TypeKind::kDyn:
    case TypeKind::kError:
      return true;
    default:
      report(Severity::kError, "type", expr.children[0]->begin, expr.children[0]->length,
             "found " + said(range) + " before ." + expr.name + "(), expected a list or a map");
      return false;
  }
}

Type Checker::check_fold(const Expr& expr) {
  const Type range = types_.resolve(check(*expr.children[0]));
  Type first, second;
  fold_variables(expr, range, first, second);
  const std::size_t before = locals_.size();
  Reference& to = reference(expr);
  to.index = push_local(expr.variable, first);
  if (!expr.variable2.empty()) to.index2 = push_local(expr.variable2, second);
  const auto expect_bool = [&](const Expr& test) {
    const Type type = check(test);
    if (types_.all_assignable({type}, {Type::boolean()})) return;
    report(Severity::kError, "type", test.begin, test.length,
           "found " + said(type) + ", expected bool");
  };
  if (expr.has_filter) expect_bool(*expr.children[1]);
  const Expr& body = *expr.children.back();
  Type result = Type::boolean();
  if (expr.fold == FoldKind::kList) {
    result = Type::list(check(body));
  } else if (expr.fold == FoldKind::kMap) {
    const Type key = range.is(TypeKind::kMap)    ? range.parameter(0)
                     : range.is(TypeKind::kList) ? Type::int64()
                                                 : Type::dyn();
    result = Type::map(key, check(body));
  } else if (expr.fold == FoldKind::kMapEntry) {
    result = types_.resolve(check(body));
    if (!types_.all_assignable({result}, {Type::map(types_.fresh(), types_.fresh())})) {
      report(Severity::kError, "type", body.begin, body.length,
             "found " + said(result) + ", expected a map of one entry");
      result = Type::error();
    }
  } else {
    expect_bool(body);
  }
  locals_.resize(before);
  return result;
}

Type Checker::check_bind(const Expr& expr) {
  const Type init = check(*expr.children[0]);
  const std::size_t before = locals_.size();
  reference(expr).index = push_local(expr.variable, init);
  const Type body = check(*expr.children[1]);
  locals_.resize(before);
  return body;
}

Type Checker::check_unwrap(const Expr& expr) {
  const Type operand = types_.resolve(check(*expr.children[0]));
  Type inner;
  if (operand.is(TypeKind::kOptional)) {
    inner = operand.parameter(0);
  } else if (!operand.is_dyn() && !operand.is(TypeKind::kError)) {
    report(Severity::kError, "type", expr.children[0]->begin, expr.children[0]->length,
           "found " + said(operand) + ", expected an optional");
  }
  const std::size_t before = locals_.size();
  reference(expr).index = push_local(expr.variable, inner);
  const Type body = check(*expr.children[1]);
  locals_.resize(before);
  if (!expr.flat) return Type::optional(body);
  const Type flat = Type::optional(types_.fresh());
  if (types_.all_assignable({body}, {flat})) return types_.resolve(flat);
  report(Severity::kError, "type", expr.children[1]->begin, expr.children[1]->length,
         "found " + said(body) + ", expected an optional");
  return Type::error();
}

}  // namespace tt::cel
