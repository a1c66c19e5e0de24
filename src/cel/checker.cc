// Types and references of names, fields, lists, maps and comprehensions.
// SPDX-License-Identifier: Apache-2.0
#include "cel/checker.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cel/checker_words.h"
#include "cel/limits.h"
#include "cel/program.h"

namespace tt::cel {
namespace {

constexpr std::array<std::string_view, 15> kTypeNames{"bool",
                                                      "int",
                                                      "uint",
                                                      "double",
                                                      "string",
                                                      "bytes",
                                                      "list",
                                                      "map",
                                                      "type",
                                                      "null_type",
                                                      "google.protobuf.Timestamp",
                                                      "google.protobuf.Duration",
                                                      "optional_type",
                                                      "net.IP",
                                                      "net.CIDR"};

bool is_index(const Expr& expr) {
  return expr.kind == ExprKind::kCall && !expr.member &&
         (expr.name == op::kIndex || expr.name == op::kOptionalIndex);
}

}  // namespace

Checker::Checker(const Ast& ast, const Environment& environment)
    : ast_(ast), environment_(environment) {
  out_.types.resize(static_cast<std::size_t>(ast.node_count()));
  out_.references.resize(static_cast<std::size_t>(ast.node_count()));
}

Annotations Checker::run() {
  const Type root = check(ast_.root());
  refuse_expansion();
  out_.type = types_.resolve(root, true);
  for (Type& type : out_.types) type = types_.resolve(type, true);
  for (Diagnostic& diagnostic : out_.diagnostics) locate(ast_.text(), diagnostic);
  std::stable_sort(out_.diagnostics.begin(), out_.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return a.severity != b.severity ? a.severity < b.severity : a.begin < b.begin;
                   });
  if (out_.diagnostics.size() > kDiagnosticsMax) out_.diagnostics.resize(kDiagnosticsMax);
  return std::move(out_);
}

Type Checker::check(const Expr& expr) {
  Type type = check_kind(expr);
  out_.types[static_cast<std::size_t>(expr.id)] = type;
  return type;
}

Type Checker::check_kind(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return expr.literal.runtime_type();
    case ExprKind::kName:
      return check_name(expr);
    case ExprKind::kSelect:
      return check_select(expr);
    case ExprKind::kCall:
      return check_call(expr);
    case ExprKind::kList:
      return check_list(expr);
    case ExprKind::kMap:
      return check_map(expr);
    case ExprKind::kFold:
      return check_fold(expr);
    case ExprKind::kBind:
      return check_bind(expr);
    case ExprKind::kUnwrap:
      return check_unwrap(expr);
    case ExprKind::kMessage:
      for (const Expr* child : expr.children) check(*child);
      report(Severity::kError, "type", expr.begin, expr.length,
             "'" + expr.name + "' is not a type that can be made; there are no messages here");
      return Type::error();
  }
  return Type::error();
}

const Checker::Local* Checker::find_local(std::string_view name) const {
  const auto found = std::find_if(locals_.rbegin(), locals_.rend(),
                                  [&](const Local& local) { return local.name == name; });
  return found == locals_.rend() ? nullptr : &*found;
}

int Checker::push_local(const std::string& name, Type type) {
  const int slot = static_cast<int>(locals_.size());
  if (slot >= kLocalsMax) {
    report(Severity::kError, "limit", 0, 1,
           "more than " + std::to_string(kLocalsMax) + " nested variables");
    return 0;
  }
  locals_.push_back({name, std::move(type), slot});
  out_.locals = std::max(out_.locals, slot + 1);
  return slot;
}

bool Checker::refer_to_name(const Expr& expr, const std::string& qualified, Type& type) {
  Reference& to = reference(expr);
  for (const std::string& name : environment_.candidates(qualified)) {
    if (const auto* variable = environment_.find_variable(name)) {
      to.kind = Reference::Kind::kVariable;
      to.index = variable->index;
      to.name = name;
      type = variable->type;
      return true;
    }
    if (const auto* record = environment_.find_record(name)) {
      to.kind = Reference::Kind::kRecord;
      to.index = record->index;
      type = Type::map(Type::string(), Type::dyn());
      return true;
    }
    if (const auto* definition = environment_.find_definition(name)) {
      to.kind = Reference::Kind::kDefinition;
      to.definition = *definition;
      type = (*definition)->type();
      return true;
    }
    if (std::find(kTypeNames.begin(), kTypeNames.end(), name) != kTypeNames.end()) {
      to.kind = Reference::Kind::kType;
      to.type = *Type::parse(name);
      type = Type::type(to.type);
      return true;
    }
  }
  return false;
}

Type Checker::check_name(const Expr& expr) {
  if (!expr.rooted) {
    if (const Local* local = find_local(expr.name)) {
      reference(expr).kind = Reference::Kind::kLocal;
      reference(expr).index = local->slot;
      return local->type;
    }
  }
  Type type;
  if (refer_to_name(expr, qualified_name(expr), type)) return type;
  return report_unknown_name(expr);
}

const Environment::Record* Checker::record_of(const Expr& expr) const {
  if (expr.kind != ExprKind::kName || (!expr.rooted && find_local(expr.name))) return nullptr;
  for (const std::string& name : environment_.candidates(qualified_name(expr))) {
    if (environment_.find_variable(name)) return nullptr;
    if (const auto* record = environment_.find_record(name)) return record;
  }
  return nullptr;
}

bool Checker::path_of(const Expr& expr, Path& path) const {
  if (const auto* record = record_of(expr)) {
    path = {record, {}, false};
    return true;
  }
  std::string_view step;
  if (expr.kind == ExprKind::kSelect && !expr.test_only) {
    step = expr.name;
    path.optional = expr.optional;
  } else if (is_index(expr) && expr.children[1]->kind == ExprKind::kLiteral &&
             expr.children[1]->literal.is_string()) {
    step = expr.children[1]->literal.as_string();
    path.optional = expr.name == op::kOptionalIndex;
  } else {
    return false;
  }
  const bool optional = path.optional;
  if (!path_of(*expr.children[0], path)) return false;
  path.optional = path.optional || optional;
  if (!path.name.empty()) path.name += '.';
  path.name += step;
  return true;
}

bool Checker::refer_to_field(const Expr& expr, Type& type) {
  Path path;
  const bool test = expr.kind == ExprKind::kSelect && expr.test_only;
  if (test) {
    if (!path_of(*expr.children[0], path)) return false;
    path.name += (path.name.empty() ? "" : ".") + expr.name;
  } else if (!path_of(expr, path)) {
    return false;
  }
  if (refuse_step_below(path, expr)) {
    type = Type::error();
    reference(expr).kind = Reference::Kind::kUnknown;
    return true;
  }
  const auto field = path.record->schema->field(path.name);
  if (!field) {
    const auto known = path.record->schema->known_names();
    const std::string_view near = did_you_mean(path.name, known);
    report(Severity::kError, "unknown-field", expr.mark, 1,
           "'" + path.record->name + "' has no field '" + path.name + "'",
           near.empty()
               ? ""
               : "did you mean '" + field_text(path.record->name, std::string(near)) + "'?")
        .length = expr.begin + expr.length - expr.mark;
    type = Type::error();
    reference(expr).kind = Reference::Kind::kUnknown;
    return true;
  }
  Reference& to = reference(expr);
  to.kind = Reference::Kind::kField;
  to.index = path.record->index;
  to.name = path.name;
  to.field = *field;
  to.test_only = test;
  to.optional = path.optional && !test;
  type = test ? Type::boolean() : to.optional ? Type::optional(field->type) : field->type;
  return true;
}

Type Checker::check_select(const Expr& expr) {
  Type type;
  if (refer_to_field(expr, type)) return type;
  // The longest name that is declared wins: `a.b.c` may be a variable, or a field of `a.b`.
  const std::string qualified = expr.test_only ? std::string() : qualified_name(expr);
  if (!qualified.empty()) {
    const std::string head = qualified.substr(0, qualified.find('.'));
    if (!find_local(head) && refer_to_name(expr, qualified, type)) return type;
  }
  const Type operand = check(*expr.children[0]);
  type = select_from(expr, types_.resolve(operand));
  return expr.test_only ? Type::boolean() : type;
}

Type Checker::select_from(const Expr& expr, const Type& operand) {
  Type target = operand;
  bool optional = expr.optional;
  if (target.is(TypeKind::kOptional)) {
    target = target.parameter(0);
    optional = true;
  }
  Type result;
  switch (target.kind()) {
    case TypeKind::kError:
      return Type::error();
    case TypeKind::kDyn:
      result = Type::dyn();
      break;
    case TypeKind::kParameter:
      types_.assignable(Type::dyn(), target);
      result = Type::dyn();
      break;
    case TypeKind::kMap:
      result = target.parameter(1);
      break;
    default:
      report(Severity::kError, "type", expr.mark, static_cast<int>(expr.name.size()),
             "found a field '" + expr.name + "' of " + said(target) + ", which has no fields",
             hint_for_step(expr.name, text_of(*expr.children[0]), target));
      return Type::error();
  }
  return optional ? Type::optional(result) : result;
}

Type Checker::element_of_optional(const Expr& expr, const Type& type) {
  const Type resolved = types_.resolve(type);
  if (resolved.is(TypeKind::kOptional)) return resolved.parameter(0);
  if (!resolved.is_dyn() && !resolved.is(TypeKind::kError)) {
    report(Severity::kError, "type", expr.begin, expr.length,
           "found " + said(resolved) + " after '?', expected an optional");
  }
  return Type::dyn();
}

Type Checker::check_list(const Expr& expr) {
  Type element;
  bool first = true;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    Type type = check(*expr.children[i]);
    if (expr.optional_children[i]) type = element_of_optional(*expr.children[i], type);
    element = first ? type : types_.join(element, type);
    first = false;
  }
  return Type::list(first ? types_.fresh() : element);
}

Type Checker::check_map(const Expr& expr) {
  Type key, value;
  for (std::size_t i = 0; i < expr.children.size(); i += 2) {
    const Type key_type = check(*expr.children[i]);
    Type value_type = check(*expr.children[i + 1]);
    if (expr.optional_children[i / 2]) {
      value_type = element_of_optional(*expr.children[i + 1], value_type);
    }
    key = i == 0 ? key_type : types_.join(key, key_type);
    value = i == 0 ? value_type : types_.join(value, value_type);
    const Type resolved = types_.resolve(key_type);
    if (resolved.is(TypeKind::kDouble) || resolved.is(TypeKind::kList) ||
        resolved.is(TypeKind::kMap) || resolved.is(TypeKind::kNull)) {
      report(Severity::kError, "type", expr.children[i]->begin, expr.children[i]->length,
             "found a key of type " + said(resolved) + ", expected bool, int, uint or string");
    }
  }
  if (expr.children.empty()) return Type::map(types_.fresh(), types_.fresh());
  return Type::map(key, value);
}

Annotations annotate(const Ast& ast, const Environment& environment, bool strict) {
  Annotations found = Checker(ast, environment).run();
  if (!strict) {
    std::erase_if(found.diagnostics, [](const Diagnostic& d) { return d.code != "limit"; });
    found.type = Type::dyn();
    return found;
  }
  for (Diagnostic& warning : warn_of_absent_fields(ast, environment, found, {})) {
    if (found.diagnostics.size() < kDiagnosticsMax) found.diagnostics.push_back(std::move(warning));
  }
  return found;
}

}  // namespace tt::cel
