// Nodes of logic, comparison and arithmetic.
// SPDX-License-Identifier: Apache-2.0
#include "cel/compare.h"
#include "cel/field_check.h"
#include "cel/nodes.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

/// `&&` and `||`: a deciding operand wins over errors before and after it.
class LogicNode final : public Node {
 public:
  LogicNode(bool conjunction, std::vector<NodePtr> children)
      : conjunction_(conjunction), children_(std::move(children)) {
    for (const NodePtr& child : children_) {
      const FieldCheck* check = rest_.empty() ? child->field_check() : nullptr;
      if (check) {
        checks_.push_back(*check);
      } else {
        rest_.push_back(child.get());
      }
    }
  }
  Value evaluate(Frame& frame) const override {
    Value problem;
    for (const NodePtr& child : children_) {
      Value value = child->evaluate(frame);
      if (value.is(Kind::kBool)) {
        if (value.is_true() != conjunction_) return value;
      } else if (!problem.is_error()) {
        problem = value.is_error()
                      ? std::move(value)
                      : placed(no_overload(conjunction_ ? "&&" : "||", kinds_text(value)));
      }
    }
    return problem.is_error() ? problem : Value::boolean(conjunction_);
  }
  Truth test(Frame& frame) const override {
    const Truth deciding = truth_of(!conjunction_);
    Truth result = truth_of(conjunction_);
    const auto decides = [&](Truth truth) {
      if (truth == Truth::kNone) result = truth;
      return truth == deciding;
    };
    for (const FieldCheck& check : checks_) {
      if (decides(check.test(frame))) return deciding;
    }
    for (const Node* child : rest_) {
      if (decides(child->test(frame))) return deciding;
    }
    return result;
  }

 private:
  const bool conjunction_;
  const std::vector<NodePtr> children_;
  // The same for test(): the comparisons that the children begin with stand in a row, which takes
  // half the time of a call for each.
  std::vector<FieldCheck> checks_;
  std::vector<const Node*> rest_;
};

class NotNode final : public Node {
 public:
  explicit NotNode(NodePtr child) : child_(std::move(child)) {}
  Value evaluate(Frame& frame) const override {
    const Value value = child_->evaluate(frame);
    if (value.is(Kind::kBool)) return Value::boolean(!value.is_true());
    return value.is_error() ? value : placed(no_overload("!", kinds_text(value)));
  }
  Truth test(Frame& frame) const override {
    const Truth truth = child_->test(frame);
    return truth == Truth::kNone ? truth : truth_of(truth == Truth::kFalse);
  }

 private:
  const NodePtr child_;
};

class ConditionalNode final : public Node {
 public:
  ConditionalNode(NodePtr condition, NodePtr when_true, NodePtr when_false)
      : condition_(std::move(condition)),
        when_true_(std::move(when_true)),
        when_false_(std::move(when_false)) {}
  Value evaluate(Frame& frame) const override {
    const Value value = condition_->evaluate(frame);
    if (value.is(Kind::kBool)) {
      return (value.is_true() ? when_true_ : when_false_)->evaluate(frame);
    }
    return value.is_error() ? value : placed(no_overload("?:", kinds_text(value)));
  }
  Truth test(Frame& frame) const override {
    const Truth truth = condition_->test(frame);
    if (truth == Truth::kNone) return truth;
    return (truth == Truth::kTrue ? when_true_ : when_false_)->test(frame);
  }

 private:
  const NodePtr condition_, when_true_, when_false_;
};

class EqualityNode final : public Node {
 public:
  EqualityNode(bool negated, NodePtr left, NodePtr right)
      : negated_(negated), left_(std::move(left)), right_(std::move(right)) {}
  Value evaluate(Frame& frame) const override {
    const Value left = left_->evaluate(frame);
    if (left.is_error()) return left;
    const Value right = right_->evaluate(frame);
    if (right.is_error()) return right;
    return Value::boolean(equal(left, right, frame.cost_left) != negated_);
  }

 private:
  const bool negated_;
  const NodePtr left_, right_;
};

class OrderNode final : public Node {
 public:
  OrderNode(std::string_view function, NodePtr left, NodePtr right)
      : function_(function),
        less_(function == op::kLess || function == op::kLessEqual),
        equal_(function == op::kLessEqual || function == op::kGreaterEqual),
        left_(std::move(left)),
        right_(std::move(right)) {}
  Value evaluate(Frame& frame) const override {
    const Value left = left_->evaluate(frame);
    if (left.is_error()) return left;
    const Value right = right_->evaluate(frame);
    if (right.is_error()) return right;
    if (!frame.charge(left)) return cost_error();
    switch (compare(left, right)) {
      case Order::kLess:
        return Value::boolean(less_);
      case Order::kGreater:
        return Value::boolean(!less_);
      case Order::kEqual:
        return Value::boolean(equal_);
      case Order::kUnordered:
        return Value::boolean(false);
      case Order::kIncomparable:
        break;
    }
    return placed(no_overload(operator_text(function_), kinds_text(left, right)));
  }

 private:
  const std::string function_;
  const bool less_, equal_;
  const NodePtr left_, right_;
};

class BinaryNode final : public Node {
 public:
  using Compute = Value (*)(const Value&, const Value&);
  BinaryNode(Compute compute, NodePtr left, NodePtr right)
      : compute_(compute), left_(std::move(left)), right_(std::move(right)) {}
  Value evaluate(Frame& frame) const override {
    const Value left = left_->evaluate(frame);
    if (left.is_error()) return left;
    const Value right = right_->evaluate(frame);
    if (right.is_error()) return right;
    // Concatenation and membership take as long as their operands.
    if (!frame.charge(left) || !frame.charge(right)) return cost_error();
    return placed(compute_(left, right));
  }

 private:
  const Compute compute_;
  const NodePtr left_, right_;
};

class NegateNode final : public Node {
 public:
  explicit NegateNode(NodePtr child) : child_(std::move(child)) {}
  Value evaluate(Frame& frame) const override {
    const Value value = child_->evaluate(frame);
    return value.is_error() ? value : placed(negate(value));
  }

 private:
  const NodePtr child_;
};

}  // namespace

NodePtr make_logic(bool conjunction, std::vector<NodePtr> children) {
  return std::make_unique<LogicNode>(conjunction, std::move(children));
}
NodePtr make_not(NodePtr child) { return std::make_unique<NotNode>(std::move(child)); }
NodePtr make_conditional(NodePtr condition, NodePtr when_true, NodePtr when_false) {
  return std::make_unique<ConditionalNode>(std::move(condition), std::move(when_true),
                                           std::move(when_false));
}
NodePtr make_equality(bool negated, NodePtr left, NodePtr right) {
  return std::make_unique<EqualityNode>(negated, std::move(left), std::move(right));
}
NodePtr make_order(std::string_view function, NodePtr left, NodePtr right) {
  return std::make_unique<OrderNode>(function, std::move(left), std::move(right));
}
NodePtr make_binary(Value (*compute)(const Value&, const Value&), NodePtr left, NodePtr right) {
  return std::make_unique<BinaryNode>(compute, std::move(left), std::move(right));
}
NodePtr make_negate(NodePtr child) { return std::make_unique<NegateNode>(std::move(child)); }

}  // namespace tt::cel
