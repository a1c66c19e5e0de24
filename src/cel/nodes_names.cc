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
  const Value* constant() const override { return program_->constant(); }

 private:
  const std::shared_ptr<const Program> program_;
};

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
