// Types of calls, and what the checker says when no overload fits.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/severity.h"
#include "base/text.h"
#include "cel/checker.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

std::string list_of(const std::vector<Type>& types, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < types.size(); ++i) {
    if (i > from) text += ", ";
    text += types[i].to_string();
  }
  return text;
}

bool is_operator(std::string_view name) {
  return name.starts_with('_') || name.ends_with('_') || name.starts_with('@');
}

/// `string.startsWith(string)`, `size(list(T))`, `int + int`, `!bool`.
std::string signature(const std::string& name, const std::vector<Type>& types, bool member) {
  if (is_operator(name)) {
    const std::string symbol(operator_text(name));
    if (types.size() == 1) return symbol + types[0].to_string();
    if (types.size() == 3) {
      return types[0].to_string() + " ? " + types[1].to_string() + " : " + types[2].to_string();
    }
    if (name == op::kIndex || name == op::kOptionalIndex) {
      return types[0].to_string() + symbol.substr(0, symbol.size() - 1) + types[1].to_string() +
             "]";
    }
    return types[0].to_string() + " " + symbol + " " + types[1].to_string();
  }
  if (member && !types.empty()) {
    return types[0].to_string() + "." + name + "(" + list_of(types, 1) + ")";
  }
  return name + "(" + list_of(types, 0) + ")";
}

bool is_order(std::string_view name) {
  return name == op::kLess || name == op::kLessEqual || name == op::kGreater ||
         name == op::kGreaterEqual;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.';
  });
}

}  // namespace

std::string field_text(const std::string& record, const std::string& dotted_name) {
  if (is_plain_name(dotted_name)) return record + "." + dotted_name;
  return record + "[" + json_string(dotted_name) + "]";
}

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
    report(Severity::kError, "no-overload", child->begin, child->length,
           "found " + types_.resolve(type, true).to_string() + " beside '" +
               std::string(operator_text(expr.name)) + "', expected bool");
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
  for (std::size_t i = first; i < expr.children.size(); ++i) {
    arguments.push_back(check(*expr.children[i]));
  }
  reference(expr).name = name;
  if (!function) return report_unknown_function(expr);
  if (is_order(expr.name)) refuse_order_of_severity(expr);
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

void Checker::report_no_overload(const Expr& call, const FunctionDeclaration& function,
                                 const std::vector<Type>& arguments, bool member) {
  std::vector<Type> resolved;
  for (const Type& type : arguments) resolved.push_back(types_.resolve(type, true));
  // Those of the same shape that take at least one of the arguments as it is come first.
  std::vector<const Overload*> near, alike, all;
  for (const Overload& overload : function.overloads) {
    all.push_back(&overload);
    if (overload.member != member || overload.parameters.size() != resolved.size()) continue;
    alike.push_back(&overload);
    for (std::size_t i = 0; i < resolved.size(); ++i) {
      if (overload.parameters[i].kind() != resolved[i].kind()) continue;
      near.push_back(&overload);
      break;
    }
  }
  std::string expected;
  int shown = 0;
  for (const Overload* candidate : !near.empty() ? near : !alike.empty() ? alike : all) {
    const Overload& overload = *candidate;
    if (shown++ >= 4) continue;
    expected += (expected.empty() ? "" : " or ") +
                signature(function.name, overload.parameters, overload.member);
  }
  if (shown > 4) expected += " or " + std::to_string(shown - 4) + " more";
  std::string hint;
  if (call.name == op::kAdd && resolved.size() == 2 &&
      (resolved[0].is(TypeKind::kString) || resolved[1].is(TypeKind::kString))) {
    hint = "string(x) turns a value into text";
  }
  report(Severity::kError, "no-overload", call.mark,
         static_cast<int>(operator_text(call.name).size()),
         "found " + signature(function.name, resolved, member) + ", expected " + expected,
         std::move(hint));
}

Type Checker::report_unknown_name(const Expr& expr) {
  reference(expr).kind = Reference::Kind::kUnknown;
  auto names = environment_.names();
  for (const Local& local : locals_) names.push_back(local.name);
  std::string near(did_you_mean(expr.name, names));
  if (near.empty()) {
    // A field without its record is the commonest slip: `kind` for `event.kind`.
    for (const std::string_view record_name : environment_.names()) {
      const auto* record = environment_.find_record(record_name);
      if (!record) continue;
      const auto known = record->schema->known_names();
      if (std::find(known.begin(), known.end(), expr.name) == known.end()) continue;
      near = record->name + "." + expr.name;
      break;
    }
  }
  report(Severity::kError, "unknown-name", expr.begin, expr.length,
         "unknown name '" + expr.name + "'", near.empty() ? "" : "did you mean '" + near + "'?");
  return Type::error();
}

Type Checker::report_unknown_function(const Expr& expr) {
  const auto names = environment_.function_names();
  const std::string_view near = did_you_mean(expr.name, names);
  std::string hint = near.empty() ? "" : "did you mean '" + std::string(near) + "'?";
  if (expr.name == "now") {
    hint = "there is no now(), because decisions must be replayable; use meta.received";
  }
  report(Severity::kError, "unknown-function", expr.mark, static_cast<int>(expr.name.size()),
         "unknown function '" + expr.name + "'", std::move(hint));
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

void Checker::refuse_order_of_severity(const Expr& call) {
  for (const Expr* operand : call.children) {
    const Reference& to = reference(*operand);
    if (to.kind != Reference::Kind::kField || !to.field.ordered_by_at_least) continue;
    const std::string text = ast_.text().substr(static_cast<std::size_t>(operand->begin),
                                                static_cast<std::size_t>(operand->length));
    report(
        Severity::kError, "severity-order", call.mark,
        static_cast<int>(operator_text(call.name).size()),
        "'" + std::string(operator_text(call.name)) + "' compares severities as text, not by rank",
        "write " + by_rank(call, *operand, text));
    return;
  }
}

void Checker::warn_of_absent_fields(const Expr& test, const Expr* negation) {
  const bool negates = test.kind == ExprKind::kCall && !test.member &&
                       (test.name == op::kNotEqual || test.name == op::kNot);
  if (negates && !negation) negation = &test;
  const Reference& to = reference(test);
  if (to.kind == Reference::Kind::kField) {
    const Environment::Record* record = nullptr;
    for (const std::string_view name : environment_.names()) {
      const auto* found = environment_.find_record(name);
      if (found && found->index == to.index) record = found;
    }
    if (!record || !negation || to.test_only || to.optional || to.field.absent_is_default) {
      return;
    }
    const std::string text = field_text(record->name, to.name);
    const std::string key = record->name + "." + to.name;
    if (guarded_.contains(key) || !warned_.insert(key).second) return;
    const std::string asked = ast_.text().substr(static_cast<std::size_t>(negation->begin),
                                                 static_cast<std::size_t>(negation->length));
    const std::string has =
        is_plain_name(to.name) ? "has(" + text + ")" : json_string(to.name) + " in " + record->name;
    report(Severity::kWarning, "absent-field", test.begin, test.length,
           "an event without '" + text + "' makes this an error, and an error does not match",
           "to match such events too, write !" + (is_plain_name(to.name) ? has : "(" + has + ")") +
               " || " + asked);
    return;
  }
  for (const Expr* child : test.children) warn_of_absent_fields(*child, negation);
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
