// What the checker says where no overload fits: what was found, what fits, how to write it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cel/checker.h"
#include "cel/checker_words.h"

namespace tt::cel {
namespace {

constexpr int kOverloadsShown = 4;

bool is_equality(std::string_view name) { return name == op::kEqual || name == op::kNotEqual; }

bool is_comparison(std::string_view name) {
  return is_equality(name) || name == op::kLess || name == op::kLessEqual || name == op::kGreater ||
         name == op::kGreaterEqual;
}

bool is_number(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kUint) || type.is(TypeKind::kDouble);
}

bool has_text_form(const Type& type) {
  return is_number(type) || type.is(TypeKind::kBool) || type.is(TypeKind::kBytes) ||
         type.is(TypeKind::kTimestamp) || type.is(TypeKind::kDuration);
}

bool is_text_literal(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && expr.literal.is_string();
}

/// Overloads of the shape of the call that take at least one argument as it is; else all of that
/// shape; else all.
std::vector<const Overload*> nearest(const FunctionDeclaration& function,
                                     const std::vector<Type>& found, bool member) {
  std::vector<const Overload*> near, alike, all;
  for (const Overload& overload : function.overloads) {
    all.push_back(&overload);
    if (overload.member != member || overload.parameters.size() != found.size()) continue;
    alike.push_back(&overload);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (overload.parameters[i].kind() != found[i].kind()) continue;
      near.push_back(&overload);
      break;
    }
  }
  return !near.empty() ? near : !alike.empty() ? alike : all;
}

}  // namespace

std::string Checker::said(const Type& type) const { return spoken(types_.resolve(type, true)); }

std::string Checker::expected_by(const Expr& call, const FunctionDeclaration& function,
                                 const std::vector<Type>& found, bool member) const {
  if (is_equality(call.name)) return "both sides of one type";
  if (call.name == op::kNot) return "a bool after '!'";
  if (call.name == op::kConditional) {
    const bool has_condition = found[0].is(TypeKind::kBool) || found[0].is_dyn();
    return has_condition ? "both results of one type" : "a bool before '?'";
  }
  if (call.name == op::kIn) {
    const bool has_list = found[1].is(TypeKind::kList) || found[1].is(TypeKind::kMap);
    return has_list ? "the type of the list's elements, or of the map's keys, before 'in'"
                    : "a list or a map after 'in'";
  }
  if (call.name == op::kIndex || call.name == op::kOptionalIndex) {
    return "a list with an int in the brackets, or a map with one of its keys";
  }
  std::string expected;
  const auto candidates = nearest(function, found, member);
  int shown = 0;
  for (const Overload* overload : candidates) {
    if (shown++ == kOverloadsShown) break;
    expected += (expected.empty() ? "" : " or ") +
                signature(function.name, overload->parameters, overload->member);
  }
  const int more = static_cast<int>(candidates.size()) - kOverloadsShown;
  return more > 0 ? expected + " or " + std::to_string(more) + " more" : expected;
}

void Checker::report_no_overload(const Expr& call, const FunctionDeclaration& function,
                                 const std::vector<Type>& arguments, bool member) {
  std::vector<Type> found;
  for (const Type& type : arguments) found.push_back(types_.resolve(type, true));
  const bool is_operation =
      !call.member && call.children.size() == found.size() && operator_text(call.name) != call.name;
  std::string hint = is_operation ? hint_for_operands(call, found)
                                  : hint_for_receiver(call, function, found, member);
  report(Severity::kError, "no-overload", call.mark,
         static_cast<int>(operator_text(call.name).size()),
         "found " + signature(function.name, found, member) + ", expected " +
             expected_by(call, function, found, member),
         std::move(hint));
}

std::string Checker::hint_for_operands(const Expr& call, const std::vector<Type>& found) const {
  if (call.name == op::kNot) return hint_for_bool(*call.children[0], found[0], true);
  if (call.name == op::kConditional) {
    const bool has_condition = found[0].is(TypeKind::kBool) || found[0].is_dyn();
    return has_condition ? "" : hint_for_bool(*call.children[0], found[0], false);
  }
  if (found.size() != 2) return {};
  if (call.name == op::kIndex && found[0].is(TypeKind::kString)) {
    return "write " + text_of(*call.children[0]) + ".charAt(" + text_of(*call.children[1]) + ")";
  }
  const Expr &left = *call.children[0], &right = *call.children[1];
  for (const std::size_t i : {0u, 1u}) {
    if (!found[i].is(TypeKind::kOptional)) continue;
    return "give it a value for where it is absent: " + text_of(*call.children[i]) +
           (found[1 - i].is(TypeKind::kString) ? ".orValue(\"\")" : ".orValue(...)");
  }
  if (call.name == op::kIn) {
    if (!found[1].is(TypeKind::kString)) return {};
    if (!is_text_literal(right))
      return "write " + text_of(right) + ".contains(" + text_of(left) + ")";
    return "write " + text_of(left) + " == " + text_of(right) + ", or " + text_of(left) + " in [" +
           text_of(right) + "]";
  }
  if (call.name == op::kAdd) {
    for (const std::size_t i : {0u, 1u}) {
      if (!found[i].is(TypeKind::kString) || !has_text_form(found[1 - i])) continue;
      return "write string(" + text_of(*call.children[1 - i]) + ")";
    }
  }
  std::string hint = hint_for_pair(call, left, found[0], right, found[1]);
  return hint.empty() ? hint_for_pair(call, right, found[1], left, found[0]) : hint;
}

std::string Checker::hint_for_pair(const Expr& call, const Expr& one, const Type& type,
                                   const Expr& other, const Type& other_type) const {
  const bool is_inequality = call.name == op::kNotEqual;
  const std::string symbol(operator_text(call.name));
  const bool is_call_of_test = one.kind == ExprKind::kCall && is_comparison(one.name);
  if (is_comparison(call.name) && is_call_of_test && type.is(TypeKind::kBool)) {
    return "comparisons do not chain; join two of them with '&&'";
  }
  if (type.is(TypeKind::kDuration) && is_number(other_type)) {
    return "write duration(\"" + text_of(other) + "s\") for seconds";
  }
  if (type.is(TypeKind::kTimestamp) && is_number(other_type)) {
    return call.name == op::kAdd || call.name == op::kSubtract
               ? "write duration(\"" + text_of(other) + "s\") for seconds"
               : "write timestamp(" + text_of(other) + ") for seconds since 1970";
  }
  if (is_text_literal(other)) {
    const std::string text(other.literal.as_string());
    if (type.is(TypeKind::kTimestamp)) return "write timestamp(" + text_of(other) + ")";
    if (type.is(TypeKind::kDuration)) return "write duration(" + text_of(other) + ")";
    const bool is_word = type.is(TypeKind::kBool) && (text == "true" || text == "false");
    if (is_word || (is_number(type) && parse_double(text)))
      return "write " + text + " without quotes";
  }
  if (!type.is(TypeKind::kString) || !is_comparison(call.name)) return {};
  const Reference& to = reference(one);
  const bool is_field = to.kind == Reference::Kind::kField;
  if (other_type.is(TypeKind::kNull) && is_field && is_equality(call.name)) {
    return "the field is a text, \"\" where it is absent: write " +
           std::string(is_inequality ? "" : "!") + "has(" + text_of(one) + ")";
  }
  if (other_type.is(TypeKind::kList) && is_equality(call.name)) {
    const std::string asked = text_of(one) + " in " + text_of(other);
    return "write " + (is_inequality ? "!(" + asked + ")" : asked);
  }
  if (!is_number(other_type)) return {};
  if (is_field && to.field.ordered_by_at_least) {
    const std::string_view word = normalise_severity(text_of(other), "error");
    return "severities are words: " + text_of(one) + " " + symbol + " " + json_string(word);
  }
  if (!is_equality(call.name)) return "write int(" + text_of(one) + ") to compare it as a number";
  return other.kind == ExprKind::kLiteral
             ? "write " + text_of(one) + " " + symbol + " " + json_string(text_of(other))
             : "write int(" + text_of(one) + ") to compare it as a number";
}

std::string Checker::hint_for_receiver(const Expr& call, const FunctionDeclaration& function,
                                       const std::vector<Type>& found, bool member) const {
  if (member && found[0].is(TypeKind::kOptional)) {
    return "give it a value for where it is absent: " + text_of(*call.children[0]) +
           ".orValue(...)." + call.name + "(...)";
  }
  // The same arguments in the other way to call: f(x, y) for x.f(y).
  if (found.empty() || found.size() != call.children.size()) return {};
  for (const Overload& overload : function.overloads) {
    if (overload.member == member || overload.parameters.size() != found.size()) continue;
    if (!Substitution(types_).all_assignable(found, overload.parameters)) continue;
    std::string rest;
    for (std::size_t i = member ? 0 : 1; i < call.children.size(); ++i) {
      rest += (rest.empty() ? "" : ", ") + text_of(*call.children[i]);
    }
    return "write " + (member ? "" : text_of(*call.children[0]) + ".") + call.name + "(" + rest +
           ")";
  }
  return {};
}

std::string Checker::hint_for_bool(const Expr& expr, const Type& type, bool negated) const {
  if (expr.kind == ExprKind::kLiteral) return {};
  return hint_for_condition(text_of(expr), types_.resolve(type, true), negated);
}

std::string Checker::hint_for_alternatives(const Expr& logic, const Expr& operand) const {
  if (logic.name != op::kOr || !is_text_literal(operand)) return {};
  std::string subject, values;
  for (const Expr* child : logic.children) {
    const Expr* value = child;
    if (child->kind == ExprKind::kCall && child->name == op::kEqual) {
      if (!subject.empty() && subject != text_of(*child->children[0])) return {};
      subject = text_of(*child->children[0]);
      value = child->children[1];
    }
    if (!is_text_literal(*value)) return {};
    values += (values.empty() ? "" : ", ") + text_of(*value);
  }
  if (subject.empty()) return "write x in [" + values + "]";
  return "write " + subject + " in [" + values + "]";
}

}  // namespace tt::cel
