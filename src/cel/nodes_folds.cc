// Nodes that hold variables: comprehensions, binds, optMap.
// SPDX-License-Identifier: Apache-2.0
#include "cel/limits.h"
#include "cel/nodes.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

class FoldNode final : public Node {
 public:
  explicit FoldNode(FoldPlan plan)
      : plan_(std::move(plan)),
        step_cost_(1 + plan_.body->weight + (plan_.filter ? plan_.filter->weight : 0)) {}

  Value evaluate(Frame& frame) const override {
    const Value range = plan_.range->evaluate(frame);
    if (range.is_error()) return range;
    State state;
    if (range.is(Kind::kList)) {
      const auto& elements = range.as_list();
      for (std::size_t i = 0; i < elements.size() && !state.done; ++i) {
        if (two_variables()) {
          frame.locals[plan_.slot] = Value::int64(static_cast<std::int64_t>(i));
          frame.locals[plan_.slot2] = elements[i];
        } else {
          frame.locals[plan_.slot] = elements[i];
        }
        step(frame, state);
      }
    } else if (range.is(Kind::kMap)) {
      for (const auto& [key, value] : range.as_map().entries()) {
        if (state.done) break;
        frame.locals[plan_.slot] = key;
        if (two_variables()) frame.locals[plan_.slot2] = value;
        step(frame, state);
      }
    } else {
      return fail("found " + kinds_text(range) + ", expected a list or a map to go through");
    }
    return finish(state);
  }

 private:
  struct State {
    Value problem;   ///< The first error; of all() and exists() it may yet be outdone.
    Value decision;  ///< When done.
    bool done = false;
    int hits = 0;
    std::vector<Value> elements;
    Map entries;
  };

  bool two_variables() const { return plan_.slot2 >= 0; }

  static void stop(State& state, Value value) {
    state.decision = std::move(value);
    state.done = true;
  }

  void step(Frame& frame, State& state) const {
    if (!frame.charge(step_cost_)) return stop(state, cost_error());
    if (plan_.filter) {
      Value keep = plan_.filter->evaluate(frame);
      if (!keep.is(Kind::kBool)) return stop(state, not_bool(std::move(keep)));
      if (keep.is_false()) return;
    }
    Value value = plan_.body->evaluate(frame);
    switch (plan_.kind) {
      case FoldKind::kAll:
      case FoldKind::kExists:
        return decide(state, std::move(value));
      case FoldKind::kExistsOne:
        if (!value.is(Kind::kBool)) return stop(state, not_bool(std::move(value)));
        state.hits += value.is_true();
        return;
      case FoldKind::kList:
        if (value.is_error()) return stop(state, std::move(value));
        state.elements.push_back(std::move(value));
        return;
      case FoldKind::kMap:
        if (value.is_error()) return stop(state, std::move(value));
        state.entries.insert(frame.locals[plan_.slot], std::move(value));
        return;
      case FoldKind::kMapEntry:
        return merge(state, std::move(value));
    }
  }

  void decide(State& state, Value value) const {
    const bool all = plan_.kind == FoldKind::kAll;
    if (value.is(Kind::kBool)) {
      if (value.is_true() != all) stop(state, std::move(value));
    } else if (!state.problem.is_error()) {
      state.problem = not_bool(std::move(value));
    }
  }

  void merge(State& state, Value value) const {
    if (value.is_error()) return stop(state, std::move(value));
    if (!value.is(Kind::kMap)) {
      return stop(state, fail("found " + kinds_text(value) + ", expected a map of one entry"));
    }
    for (const auto& [key, entry] : value.as_map().entries()) {
      if (!state.entries.insert(key, entry)) {
        return stop(state, fail("the key " + to_json_text(key) + " is there twice"));
      }
    }
  }

  Value not_bool(Value value) const {
    if (value.is_error()) return value;
    return fail("found " + kinds_text(value) + ", expected bool");
  }

  Value finish(State& state) const {
    if (state.done) return std::move(state.decision);
    if (state.problem.is_error()) return std::move(state.problem);
    switch (plan_.kind) {
      case FoldKind::kAll:
        return Value::boolean(true);
      case FoldKind::kExists:
        return Value::boolean(false);
      case FoldKind::kExistsOne:
        return Value::boolean(state.hits == 1);
      case FoldKind::kList:
        return Value::list(std::move(state.elements));
      case FoldKind::kMap:
      case FoldKind::kMapEntry:
        break;
    }
    return Value::map(std::move(state.entries));
  }

  const FoldPlan plan_;
  const int step_cost_;
};

/// An error of the bound value counts only where the variable is used.
class BindNode final : public Node {
 public:
  BindNode(int slot, NodePtr init, NodePtr body)
      : slot_(slot), init_(std::move(init)), body_(std::move(body)) {}
  Value evaluate(Frame& frame) const override {
    frame.locals[slot_] = init_->evaluate(frame);
    return body_->evaluate(frame);
  }

 private:
  const int slot_;
  const NodePtr init_, body_;
};

class UnwrapNode final : public Node {
 public:
  UnwrapNode(bool flat, int slot, NodePtr operand, NodePtr body)
      : flat_(flat), slot_(slot), operand_(std::move(operand)), body_(std::move(body)) {}
  Value evaluate(Frame& frame) const override {
    const Value operand = operand_->evaluate(frame);
    if (operand.is_error()) return operand;
    if (!operand.is(Kind::kOptional)) {
      return placed(no_overload(flat_ ? "optFlatMap" : "optMap", kinds_text(operand)));
    }
    if (!operand.as_optional()) return operand;
    frame.locals[slot_] = *operand.as_optional();
    Value value = body_->evaluate(frame);
    if (value.is_error()) return value;
    if (!flat_) return Value::optional(std::move(value));
    if (value.is(Kind::kOptional)) return value;
    return fail("found " + kinds_text(value) + ", expected an optional");
  }

 private:
  const bool flat_;
  const int slot_;
  const NodePtr operand_, body_;
};

class OptionalOrNode final : public Node {
 public:
  OptionalOrNode(bool unwrap, NodePtr operand, NodePtr otherwise)
      : unwrap_(unwrap), operand_(std::move(operand)), otherwise_(std::move(otherwise)) {}
  Value evaluate(Frame& frame) const override {
    Value operand = operand_->evaluate(frame);
    if (operand.is_error()) return operand;
    const char* const name = unwrap_ ? "orValue" : "or";
    if (!operand.is(Kind::kOptional)) return placed(no_overload(name, kinds_text(operand)));
    if (operand.as_optional()) return unwrap_ ? Value(*operand.as_optional()) : operand;
    Value value = otherwise_->evaluate(frame);
    if (value.is_error() || unwrap_ || value.is(Kind::kOptional)) return value;
    return placed(no_overload(name, kinds_text(operand, value)));
  }

 private:
  const bool unwrap_;
  const NodePtr operand_, otherwise_;
};

}  // namespace

NodePtr make_optional_or(bool unwrap, NodePtr operand, NodePtr otherwise) {
  return std::make_unique<OptionalOrNode>(unwrap, std::move(operand), std::move(otherwise));
}
NodePtr make_fold(FoldPlan plan) { return std::make_unique<FoldNode>(std::move(plan)); }
NodePtr make_bind(int slot, NodePtr init, NodePtr body) {
  return std::make_unique<BindNode>(slot, std::move(init), std::move(body));
}
NodePtr make_unwrap(bool flat, int slot, NodePtr operand, NodePtr body) {
  return std::make_unique<UnwrapNode>(flat, slot, std::move(operand), std::move(body));
}

}  // namespace tt::cel
