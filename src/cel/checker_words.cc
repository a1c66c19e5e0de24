// Types and signatures as people say them.
// SPDX-License-Identifier: Apache-2.0
#include "cel/checker_words.h"

#include "base/text.h"
#include "cel/ast.h"

namespace tt::cel {
namespace {

bool is_open(const Type& type) { return type.is_dyn() || type.is(TypeKind::kParameter); }

bool is_operator(std::string_view name) {
  return name.starts_with('_') || name.ends_with('_') || name.starts_with('@');
}

std::string list_of(const std::vector<Type>& types, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < types.size(); ++i) {
    if (i > from) text += ", ";
    text += spoken(types[i]);
  }
  return text;
}

std::string operation(const std::string& name, const std::vector<Type>& types) {
  const std::string symbol(operator_text(name));
  if (types.size() == 1) return symbol + spoken(types[0]);
  if (types.size() == 3) {
    return spoken(types[0]) + " ? " + spoken(types[1]) + " : " + spoken(types[2]);
  }
  if (name == op::kIndex || name == op::kOptionalIndex) {
    return spoken(types[0]) + symbol.substr(0, symbol.size() - 1) + spoken(types[1]) + "]";
  }
  return spoken(types[0]) + " " + symbol + " " + spoken(types[1]);
}

}  // namespace

std::string spoken(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kParameter:
      return "any";
    case TypeKind::kNull:
      return "null";
    case TypeKind::kList:
      return is_open(type.parameter(0)) ? "list" : "list(" + spoken(type.parameter(0)) + ")";
    case TypeKind::kMap:
      return is_open(type.parameter(1))
                 ? "map"
                 : "map(" + spoken(type.parameter(0)) + ", " + spoken(type.parameter(1)) + ")";
    case TypeKind::kOptional:
      return is_open(type.parameter(0)) ? "optional"
                                        : "optional(" + spoken(type.parameter(0)) + ")";
    case TypeKind::kType:
      return "type";
    default:
      return type.to_string();
  }
}

std::string signature(const std::string& name, const std::vector<Type>& types, bool member) {
  if (is_operator(name)) return operation(name, types);
  if (member && !types.empty()) {
    return spoken(types[0]) + "." + name + "(" + list_of(types, 1) + ")";
  }
  return name + "(" + list_of(types, 0) + ")";
}

std::string hint_for_step(std::string_view step, const std::string& text, const Type& type) {
  if (type.is(TypeKind::kTimestamp)) {
    return "ask with getHours(\"Europe/Berlin\"), getDayOfWeek(...), or within(\"mon-fri "
           "08:00-18:00\", \"Europe/Berlin\")";
  }
  if (type.is(TypeKind::kDuration)) return "ask with getSeconds(), getMinutes(), getHours()";
  const bool has_size = type.is(TypeKind::kString) || type.is(TypeKind::kBytes) ||
                        type.is(TypeKind::kList) || type.is(TypeKind::kMap);
  for (const std::string_view word : {"length", "len", "size", "count"}) {
    if (has_size && equal_ignoring_case(step, word)) return "write size(" + text + ")";
  }
  return {};
}

std::string hint_for_condition(const std::string& text, const Type& type, bool negated) {
  const std::string symbol = negated ? " == " : " != ";
  switch (type.kind()) {
    case TypeKind::kString:
      return "write " + text + symbol + "\"\"";
    case TypeKind::kInt:
    case TypeKind::kDouble:
      return "write " + text + symbol + "0";
    case TypeKind::kList:
    case TypeKind::kMap:
      return "write size(" + text + ")" + (negated ? " == 0" : " > 0");
    case TypeKind::kOptional:
      return "write " + text + ".hasValue(), or " + text + ".orValue(false)";
    default:
      return {};
  }
}

}  // namespace tt::cel
