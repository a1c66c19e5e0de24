// Types of calls.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/severity.h"
#include "base/text.h"
#include "cel/checker.h"
#include "cel/dialects.h"

namespace tt::cel {
namespace {

bool is_order(std::string_view name) {
  return name == op::kLess || name == op::kLessEqual || name == op::kGreater ||
         name == op::kGreaterEqual;
}

bool is_comparison_or_in(std::string_view name) {
  return is_order(name) || name == op::kEqual || name == op::kNotEqual || name == op::kIn;
}

}  // namespace

const FunctionDeclaration* Checker::qualified_function(const Expr& call, std::string& name) const {
  const std::string receiver = qualified_name(*call.children[0]);
  if (receiver.empty() || find_local(receiver.substr(0, receiver.find('.')))) return nullptr;
  for (const std::string& candidate : environment_.candidates(receiver + "." + call.name)) {
    const FunctionDeclaration* found = environment_.find_function(candidate);
    if (!found) continue;
    name = candidate;
    return found;
  }
  return nullptr;
}

Type Checker::check_logic(const Expr& expr) {
  for (const Expr* child : expr.children) {
    const Type type = check(*child);
    if (types_.all_assignable({type}, {Type::boolean()})) continue;
    const std::string alternatives = hint_for_alternatives(expr, *child);
    report(Severity::kError, "no-overload", child->begin, child->length,
           "found " + said(type) + " beside '" + std::string(operator_text(expr.name)) +
               "', expected bool",
           alternatives.empty() ? hint_for_bool(*child, type, false) : alternatives);
    if (!alternatives.empty()) return Type::error();
  }
  return Type::boolean();
}

Type Checker::check_call(const Expr& expr) {
  Type type;
  if (!expr.member && (expr.name == op::kAnd || expr.name == op::kOr)) return check_logic(expr);
  if ((expr.name == op::kIndex || expr.name == op::kOptionalIndex) && refer_to_field(expr, type)) {
    return type;
  }
  std::vector<Type> arguments;
  bool member = expr.member;
  const FunctionDeclaration* function = nullptr;
  std::string name = expr.name;
  std::size_t first = 0;
  if (member && (function = qualified_function(expr, name))) {
    reference(expr).qualified_call = true;
    member = false;
    first = 1;
  } else if (member) {
    function = environment_.find_function(expr.name);
  } else {
    for (const std::string& candidate :
         environment_.candidates((expr.rooted ? "." : "") + expr.name)) {
      if ((function = environment_.find_function(candidate))) {
        name = candidate;
        break;
      }
    }
  }
  reference(expr).name = name;
  // The variable of a macro that is not used as one is no name: one mistake, one diagnostic.
  const auto is_foreign = [&] {
    return !usage_of_macro(expr.name).empty() || !hint_for_function(expr.name).empty();
  };
  if (!function && is_foreign()) return report_unknown_function(expr);
  for (std::size_t i = first; i < expr.children.size(); ++i) {
    arguments.push_back(check(*expr.children[i]));
  }
  if (!function) return report_unknown_function(expr);
  if (is_comparison_or_in(expr.name)) suggest_quotes(expr);
  if (is_order(expr.name) && refuse_order_of_severity(expr)) return Type::error();
  return resolve_call(expr, *function, arguments, member);
}

Type Checker::resolve_call(const Expr& expr, const FunctionDeclaration& function,
                           const std::vector<Type>& arguments, bool member) {
  const bool erroneous = std::any_of(arguments.begin(), arguments.end(),
                                     [](const Type& t) { return t.is(TypeKind::kError); });
  if (erroneous) return Type::error();
  // What a dyn argument leaves open in the result is dyn too, not free for the next call to choose.
  const bool any_dyn = std::any_of(arguments.begin(), arguments.end(),
                                   [&](const Type& t) { return types_.resolve(t).is_dyn(); });
  bool found = false;
  Type result;
  for (const Overload& overload : function.overloads) {
    if (overload.member != member || overload.parameters.size() != arguments.size()) continue;
    Substitution::Renaming rename(types_);
    std::vector<Type> parameters;
    for (const Type& parameter : overload.parameters) parameters.push_back(rename(parameter));
    if (!types_.all_assignable(arguments, parameters)) continue;
    const Type candidate = types_.resolve(rename(overload.result), any_dyn);
    // Several overloads fit only where an argument is dyn.
    if (found && !(candidate == result)) result = Type::dyn();
    if (!found) result = candidate;
    found = true;
  }
  if (found) return result;
  report_no_overload(expr, function, arguments, member);
  return Type::error();
}

namespace {

/// `field >= "error"` and its kin, said with atLeast.
std::string by_rank(const Expr& call, const Expr& field, const std::string& text) {
  const bool is_left = call.children.front() == &field;
  const Expr& other = *call.children[is_left ? 1 : 0];
  const bool is_word = other.kind == ExprKind::kLiteral && other.literal.is_string();
  const auto word = is_word ? parse_severity(other.literal.as_string()) : std::nullopt;
  const std::string_view symbol = operator_text(call.name);
  const bool is_above = symbol.starts_with('>') == is_left;
  // Above a word, and at most a word, begin at the next one.
  const bool is_next = (symbol.size() == 1) == is_above;
  const std::size_t rank =
      static_cast<std::size_t>(word.value_or(tt::Severity::kWarning)) + is_next;
  const std::string_view least = kSeverityWords[std::min(rank, kSeverityWords.size() - 1)];
  return (is_above ? "" : "!") + text + ".atLeast(" + json_string(least) + ")";
}

}  // namespace

bool Checker::refuse_order_of_severity(const Expr& call) {
  for (const Expr* operand : call.children) {
    const Reference& to = reference(*operand);
    if (to.kind != Reference::Kind::kField || !to.field.ordered_by_at_least) continue;
    const std::string text = text_of(*operand);
    report(
        Severity::kError, "severity-order", call.mark,
        static_cast<int>(operator_text(call.name).size()),
        "'" + std::string(operator_text(call.name)) + "' compares severities as text, not by rank",
        "write " + by_rank(call, *operand, text));
    return true;
  }
  return false;
}

Diagnostic& Checker::report(Severity severity, std::string code, int begin, int length,
                            std::string text, std::string hint) {
  Diagnostic& diagnostic = out_.diagnostics.emplace_back();
  diagnostic.severity = severity;
  diagnostic.code = std::move(code);
  diagnostic.text = std::move(text);
  diagnostic.hint = std::move(hint);
  diagnostic.begin = begin;
  diagnostic.length = std::max(length, 1);
  return diagnostic;
}

}  // namespace tt::cel
