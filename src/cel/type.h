// Type: what the checker knows of an expression, and the value that `type(x)` gives.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tt::cel {

enum class TypeKind : unsigned char {
  kDyn,  ///< Anything; known only at run time.
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kType,       ///< A type as a value; one parameter or none.
  kList,       ///< One parameter.
  kMap,        ///< Two parameters: key, value.
  kOptional,   ///< One parameter.
  kWrapper,    ///< One parameter, or null.
  kOpaque,     ///< Named, with any parameters (`net.IP`).
  kParameter,  ///< A type variable of an overload (`T`), or one the checker made.
  kError,      ///< Already diagnosed; fits everything so that one mistake makes one diagnostic.
};

/// Immutable; copies share parameters. Thread safe.
class Type {
 public:
  Type() = default;  ///< dyn
  explicit Type(TypeKind kind) : kind_(kind) {}
  static Type dyn() { return Type(); }
  static Type null() { return Type(TypeKind::kNull); }
  static Type boolean() { return Type(TypeKind::kBool); }
  static Type int64() { return Type(TypeKind::kInt); }
  static Type uint64() { return Type(TypeKind::kUint); }
  static Type float64() { return Type(TypeKind::kDouble); }
  static Type string() { return Type(TypeKind::kString); }
  static Type bytes() { return Type(TypeKind::kBytes); }
  static Type timestamp() { return Type(TypeKind::kTimestamp); }
  static Type duration() { return Type(TypeKind::kDuration); }
  static Type error() { return Type(TypeKind::kError); }
  static Type list(Type element) { return Type(TypeKind::kList, {}, {std::move(element)}); }
  static Type map(Type key, Type value) {
    return Type(TypeKind::kMap, {}, {std::move(key), std::move(value)});
  }
  static Type optional(Type of) { return Type(TypeKind::kOptional, {}, {std::move(of)}); }
  static Type wrapper(Type of) { return Type(TypeKind::kWrapper, {}, {std::move(of)}); }
  static Type type(Type of) { return Type(TypeKind::kType, {}, {std::move(of)}); }
  static Type type() { return Type(TypeKind::kType); }
  static Type opaque(std::string name, std::vector<Type> parameters = {}) {
    return Type(TypeKind::kOpaque, std::move(name), std::move(parameters));
  }
  static Type parameter(std::string name) {
    return Type(TypeKind::kParameter, std::move(name), {});
  }

  /// Reads what to_string() writes: `map(string, list(dyn))`. Single capital letters are
  /// parameters, other unknown names are opaque types. Nothing when it is not a type.
  static std::optional<Type> parse(std::string_view text);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  bool is_dyn() const { return kind_ == TypeKind::kDyn; }
  /// Of an opaque type or a parameter; empty for others.
  const std::string& name() const { return name_; }
  const std::vector<Type>& parameters() const;
  /// Parameter `index`, dyn when there is none.
  Type parameter(std::size_t index) const;

  /// `int`, `list(string)`, `map(string, dyn)`, `optional_type(int)`, `wrapper(int)`, `type(int)`,
  /// `null_type`, `timestamp`, `duration`.
  std::string to_string() const;
  /// The name that `type(x)` shows: without parameters, `google.protobuf.Timestamp` for timestamps.
  std::string runtime_name() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  Type(TypeKind kind, std::string name, std::vector<Type> parameters)
      : kind_(kind),
        name_(std::move(name)),
        parameters_(parameters.empty()
                        ? nullptr
                        : std::make_shared<const std::vector<Type>>(std::move(parameters))) {}

  TypeKind kind_ = TypeKind::kDyn;
  std::string name_;
  std::shared_ptr<const std::vector<Type>> parameters_;
};

}  // namespace tt::cel
