// Unify: which type variables stand for what, while one expression is checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "cel/type.h"

namespace tt::cel {

/// A set of equations between type variables and types; copyable, so that an overload can be tried
/// and dropped.
class Substitution {
 public:
  /// A new type variable.
  Type fresh();
  /// Replaces the parameters of an overload's types by fresh variables, the same for the same name.
  class Renaming {
   public:
    explicit Renaming(Substitution& owner) : owner_(owner) {}
    Type operator()(const Type& type);

   private:
    Substitution& owner_;
    std::unordered_map<std::string, Type> renamed_;
  };

  /// True when a value of type `from` may stand where `to` is wanted; binds variables on the way.
  /// After false, bindings are unspecified: try on a copy.
  bool assignable(const Type& from, const Type& to);
  /// The same for lists; leaves the equations alone when it fails.
  bool all_assignable(const std::vector<Type>& from, const std::vector<Type>& to);
  /// The type of a list's elements after one more of type `next`: the more general, or dyn.
  Type join(const Type& so_far, const Type& next);
  /// Variables replaced as far as known; with `to_dyn`, the unknown ones by dyn.
  Type resolve(const Type& type, bool to_dyn = false) const;

 private:
  enum class Fit : unsigned char { kYes, kNo, kNoAndBound };
  Fit bind(const Type& type, const Type& variable);
  bool occurs(const Type& variable, const Type& in) const;
  static bool nullable(const Type& type);
  static bool more_general(const Type& a, const Type& b);

  int next_ = 0;
  std::unordered_map<std::string, Type> bound_;
};

}  // namespace tt::cel
