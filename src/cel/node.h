// Node: a step of a planned program; evaluates itself over a frame.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "cel/limits.h"
#include "cel/program.h"
#include "cel/value.h"

namespace tt::cel {

struct FieldCheck;

/// One evaluation.
struct Frame {
  const Scope& scope;
  Value* locals;
  std::int64_t& cost_left;

  /// False when the budget is gone.
  bool charge(std::int64_t steps) { return (cost_left -= steps) >= 0; }
  bool charge(const Value& value) { return charge(size_in_steps(value)); }

  /// What it takes to go through a value once, without its nested parts.
  static std::int64_t size_in_steps(const Value& value) {
    if (value.is_string())
      return static_cast<std::int64_t>(value.as_string().size() / kBytesPerStep);
    if (value.is(Kind::kBytes)) {
      return static_cast<std::int64_t>(value.as_bytes().size() / kBytesPerStep);
    }
    if (value.is(Kind::kList)) return static_cast<std::int64_t>(value.as_list().size());
    return 0;
  }
};

inline Truth truth_of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }
inline Truth truth_of(const Value& value) {
  return value.is(Kind::kBool) ? truth_of(value.is_true()) : Truth::kNone;
}

/// Immutable. Results may alias constants of the node.
class Node {
 public:
  virtual ~Node() = default;
  /// A value or an error, never absent.
  virtual Value evaluate(Frame& frame) const = 0;
  /// The truth of what evaluate() would give, for the same steps. Nodes of conditions answer
  /// without making the value.
  virtual Truth test(Frame& frame) const { return truth_of(evaluate(frame)); }
  /// The value when it depends on nothing.
  virtual const Value* constant() const { return nullptr; }
  /// What test() does, when that is one comparison of a field. Lives as long as the node.
  virtual const FieldCheck* field_check() const { return nullptr; }

  /// Byte position in the expression, for errors.
  int position = 0;
  /// Nodes of the subtree, itself included: what one evaluation costs.
  int weight = 1;

 protected:
  Value fail(std::string text) const {
    Value error = Value::error(std::move(text));
    error.set_error_position(position);
    return error;
  }
  /// evaluate() of a node whose test() is all there is to it: `problem` makes the error.
  template <class Problem>
  Value value_of(Truth truth, Problem problem) const {
    return truth == Truth::kNone ? problem() : Value::boolean(truth == Truth::kTrue);
  }
  Value placed(Value value) const {
    if (value.is_error()) value.set_error_position(position);
    return value;
  }
};
using NodePtr = std::unique_ptr<const Node>;

}  // namespace tt::cel
