// Nodes of constants and names.
// SPDX-License-Identifier: Apache-2.0
#include "cel/nodes.h"

namespace tt::cel {
namespace {

class ConstantNode final : public Node {
 public:
  explicit ConstantNode(Value value) : value_(std::move(value)) {}
  Value evaluate(Frame&) const override { return value_.alias(); }
  const Value* constant() const override { return &value_; }

 private:
  const Value value_;
};

class FailureNode final : public Node {
 public:
  explicit FailureNode(std::string text) : text_(std::move(text)) {}
  Value evaluate(Frame&) const override { return fail(text_); }

 private:
  const std::string text_;
};

class VariableNode final : public Node {
 public:
  VariableNode(int index, const std::string& name)
      : index_(index), missing_(Value::error("'" + name + "' has no value")) {}
  Value evaluate(Frame& frame) const override {
    Value value = frame.scope.variable(index_);
    return value.is_absent() ? placed(missing_.alias()) : value;
  }

 private:
  const int index_;
  const Value missing_;
};

class LocalNode final : public Node {
 public:
  explicit LocalNode(int slot) : slot_(slot) {}
  Value evaluate(Frame& frame) const override { return frame.locals[slot_]; }

 private:
  const int slot_;
};

class RecordNode final : public Node {
 public:
  explicit RecordNode(int record) : record_(record) {}
  Value evaluate(Frame& frame) const override {
    Value value = frame.scope.record(record_);
    return value.is_absent() ? fail("the record has no value") : value;
  }

 private:
  const int record_;
};

}  // namespace

/// A `let`: its program is evaluated in place, with locals of its own and the same budget.
class DefinitionNode final : public Node {
 public:
  explicit DefinitionNode(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  Value evaluate(Frame& frame) const override {
    Value value = program_->run(frame.scope, frame.cost_left);
    if (!value.is_error()) return value;
    // A position inside the definition's text would point at the wrong place here.
    return fail(std::string(value.error_text()));
  }
  Truth test(Frame& frame) const override {
    return program_->run_test(frame.scope, frame.cost_left);
  }
  const Value* constant() const override { return program_->constant(); }

 private:
  const std::shared_ptr<const Program> program_;
};

namespace {

class SharedNode final : public Node {
 public:
  SharedNode(int slot, NodePtr child) : slot_(slot), child_(std::move(child)) {}

  Value evaluate(Frame& frame) const override {
    Cell* const cell = frame.scope.shared(slot_);
    // Errors are made where they are asked for: their positions differ from place to place.
    if (is_known(frame, cell) && !cell->value.is_absent()) {
      frame.charge(cell->cost);
      return cell->value;
    }
    const std::int64_t before = frame.cost_left;
    Value value = child_->evaluate(frame);
    if (cell) keep(frame, *cell, value.is_error() ? Value::absent() : value, before);
    return value;
  }

  Truth test(Frame& frame) const override {
    Cell* const cell = frame.scope.shared(slot_);
    if (is_known(frame, cell)) {
      frame.charge(cell->cost);
      return truth_of(cell->value);
    }
    const std::int64_t before = frame.cost_left;
    const Truth truth = child_->test(frame);
    const bool is_bool = truth != Truth::kNone;
    if (cell) {
      keep(frame, *cell, is_bool ? Value::boolean(truth == Truth::kTrue) : Value::absent(), before);
    }
    return truth;
  }

 private:
  static bool is_known(const Frame& frame, const Cell* cell) {
    return cell && cell->epoch == frame.scope.epoch();
  }
  /// Every use is charged what the first one took, so that an expression that is too expensive is
  /// so wherever it stands.
  static void keep(const Frame& frame, Cell& cell, Value value, std::int64_t cost_before) {
    if (frame.cost_left < 0 || Frame::size_in_steps(value) > kSharedStepsMax) return;
    cell.value = std::move(value);
    cell.cost = cost_before - frame.cost_left;
    cell.epoch = frame.scope.epoch();
  }

  const int slot_;
  const NodePtr child_;
};

}  // namespace

NodePtr make_shared_node(int slot, NodePtr child) {
  return std::make_unique<SharedNode>(slot, std::move(child));
}
NodePtr make_constant(Value value) { return std::make_unique<ConstantNode>(std::move(value)); }
NodePtr make_failure(std::string text) { return std::make_unique<FailureNode>(std::move(text)); }
NodePtr make_variable(int index, const std::string& name) {
  return std::make_unique<VariableNode>(index, name);
}
NodePtr make_local(int slot) { return std::make_unique<LocalNode>(slot); }
NodePtr make_record(int record) { return std::make_unique<RecordNode>(record); }
NodePtr make_definition(std::shared_ptr<const Program> program) {
  return std::make_unique<DefinitionNode>(std::move(program));
}

}  // namespace tt::cel
