// Assignability with type variables. The rules follow the reference checker where the language
// definition leaves them open: null fits timestamps, durations, optionals and opaque types; of two
// types that fit each other, a variable stands for the more general one.
// SPDX-License-Identifier: Apache-2.0
#include "cel/unify.h"

namespace tt::cel {
namespace {

bool is_wild(const Type& type) { return type.is_dyn() || type.is(TypeKind::kError); }

Type with_parameters(const Type& type, std::vector<Type> parameters) {
  switch (type.kind()) {
    case TypeKind::kList:
      return Type::list(parameters[0]);
    case TypeKind::kMap:
      return Type::map(parameters[0], parameters[1]);
    case TypeKind::kOptional:
      return Type::optional(parameters[0]);
    case TypeKind::kWrapper:
      return Type::wrapper(parameters[0]);
    case TypeKind::kType:
      return Type::type(parameters[0]);
    case TypeKind::kOpaque:
      return Type::opaque(type.name(), std::move(parameters));
    default:
      return type;
  }
}

}  // namespace

Type Substitution::fresh() { return Type::parameter("_" + std::to_string(next_++)); }

Type Substitution::Renaming::operator()(const Type& type) {
  if (type.is(TypeKind::kParameter)) {
    const auto [found, added] = renamed_.try_emplace(type.name());
    if (added) found->second = owner_.fresh();
    return found->second;
  }
  if (type.parameters().empty()) return type;
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) parameters.push_back((*this)(parameter));
  return with_parameters(type, std::move(parameters));
}

bool Substitution::nullable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kOptional:
    case TypeKind::kOpaque:
    case TypeKind::kWrapper:
      return true;
    default:
      return false;
  }
}

bool Substitution::occurs(const Type& variable, const Type& in) const {
  if (in == variable) return true;
  if (in.is(TypeKind::kParameter)) {
    const auto bound = bound_.find(in.name());
    return bound != bound_.end() && occurs(variable, bound->second);
  }
  for (const Type& parameter : in.parameters()) {
    if (occurs(variable, parameter)) return true;
  }
  return false;
}

bool Substitution::more_general(const Type& a, const Type& b) {
  if (a.is_dyn() || a.is(TypeKind::kParameter)) return true;
  if (b.is_dyn() || b.is(TypeKind::kParameter)) return false;
  if (a.is(TypeKind::kNull)) return false;
  if (b.is(TypeKind::kNull)) return nullable(a);
  if (a.is(TypeKind::kWrapper) && !b.is(TypeKind::kWrapper)) return true;
  if (a.kind() != b.kind() || a.name() != b.name() ||
      a.parameters().size() != b.parameters().size()) {
    return false;
  }
  if (a.is(TypeKind::kType)) return true;
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    if (!more_general(a.parameters()[i], b.parameters()[i])) return false;
  }
  return true;
}

Substitution::Fit Substitution::bind(const Type& type, const Type& variable) {
  if (type == variable) return Fit::kYes;
  const auto bound = bound_.find(variable.name());
  if (bound != bound_.end()) {
    const Type current = bound->second;
    if (type == current) return Fit::kYes;
    if (!assignable(type, current)) return Fit::kNoAndBound;
    const Type& general = more_general(type, current) ? type : current;
    if (!occurs(variable, general)) bound_[variable.name()] = general;
    return Fit::kYes;
  }
  if (occurs(variable, type)) return Fit::kNo;
  bound_[variable.name()] = type;
  return Fit::kYes;
}

bool Substitution::assignable(const Type& from, const Type& to) {
  if (to.is(TypeKind::kParameter)) {
    const Fit fit = bind(from, to);
    if (fit != Fit::kNo) return fit == Fit::kYes;
  }
  if (from.is(TypeKind::kParameter)) return bind(to, from) == Fit::kYes;
  if (is_wild(from) || is_wild(to)) return true;
  if (from.is(TypeKind::kNull)) return nullable(to);
  if (to.is(TypeKind::kNull)) return nullable(from);
  if (to.is(TypeKind::kWrapper) && !from.is(TypeKind::kWrapper)) {
    return assignable(from, to.parameter(0));
  }
  if (from.is(TypeKind::kWrapper) && !to.is(TypeKind::kWrapper)) {
    return assignable(from.parameter(0), to);
  }
  if (from.kind() != to.kind() || from.name() != to.name()) return false;
  if (from.is(TypeKind::kType)) return true;
  if (from.parameters().size() != to.parameters().size()) return false;
  for (std::size_t i = 0; i < from.parameters().size(); ++i) {
    if (!assignable(from.parameters()[i], to.parameters()[i])) return false;
  }
  return true;
}

bool Substitution::all_assignable(const std::vector<Type>& from, const std::vector<Type>& to) {
  if (from.size() != to.size()) return false;
  const auto before = bound_;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!assignable(from[i], to[i])) {
      bound_ = before;
      return false;
    }
  }
  return true;
}

Type Substitution::join(const Type& so_far, const Type& next) {
  if (!all_assignable({so_far}, {next})) return Type::dyn();
  const Type a = resolve(so_far), b = resolve(next);
  return more_general(a, b) ? a : b;
}

Type Substitution::resolve(const Type& type, bool to_dyn) const {
  if (type.is(TypeKind::kParameter)) {
    const auto bound = bound_.find(type.name());
    if (bound != bound_.end()) return resolve(bound->second, to_dyn);
    return to_dyn ? Type::dyn() : type;
  }
  if (type.parameters().empty()) return type;
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) parameters.push_back(resolve(parameter, to_dyn));
  return with_parameters(type, std::move(parameters));
}

}  // namespace tt::cel
