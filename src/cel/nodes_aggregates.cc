// Nodes that build lists and maps and select from them.
// SPDX-License-Identifier: Apache-2.0
#include "cel/nodes.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

Value not_optional(const Value& value) {
  return Value::error("found " + kinds_text(value) + " after '?', expected an optional");
}

class ListNode final : public Node {
 public:
  ListNode(std::vector<NodePtr> children, std::vector<bool> optional)
      : children_(std::move(children)), optional_(std::move(optional)) {}
  Value evaluate(Frame& frame) const override {
    std::vector<Value> elements;
    elements.reserve(children_.size());
    for (std::size_t i = 0; i < children_.size(); ++i) {
      Value value = children_[i]->evaluate(frame);
      if (value.is_error()) return value;
      if (!optional_[i]) {
        elements.push_back(std::move(value));
      } else if (!value.is(Kind::kOptional)) {
        return placed(not_optional(value));
      } else if (const Value* inner = value.as_optional()) {
        elements.push_back(*inner);
      }
    }
    return Value::list(std::move(elements));
  }

 private:
  const std::vector<NodePtr> children_;
  const std::vector<bool> optional_;
};

class MapNode final : public Node {
 public:
  MapNode(std::vector<NodePtr> children, std::vector<bool> optional)
      : children_(std::move(children)), optional_(std::move(optional)) {}
  Value evaluate(Frame& frame) const override {
    Map map;
    map.reserve(children_.size() / 2);
    for (std::size_t i = 0; i < children_.size(); i += 2) {
      Value key = children_[i]->evaluate(frame);
      if (key.is_error()) return key;
      if (!Map::is_key(key)) return fail("a value of type " + kinds_text(key) + " cannot be a key");
      Value value = children_[i + 1]->evaluate(frame);
      if (value.is_error()) return value;
      if (optional_[i / 2]) {
        if (!value.is(Kind::kOptional)) return placed(not_optional(value));
        if (!value.as_optional()) continue;
        value = Value(*value.as_optional());
      }
      if (map.find(key)) return fail("the key " + to_json_text(key) + " is there twice");
      map.insert(std::move(key), std::move(value));
    }
    return Value::map(std::move(map));
  }

 private:
  const std::vector<NodePtr> children_;
  const std::vector<bool> optional_;
};

class SelectNode final : public Node {
 public:
  SelectNode(NodePtr operand, std::string field, bool optional, bool test_only)
      : operand_(std::move(operand)),
        field_(std::move(field)),
        missing_(Value::error("no such key: '" + field_ + "'")),
        optional_(optional),
        test_only_(test_only) {}

  Value evaluate(Frame& frame) const override {
    const Value operand = operand_->evaluate(frame);
    if (operand.is_error()) return operand;
    const Value* target = &operand;
    bool optional = optional_;
    if (operand.is(Kind::kOptional)) {
      target = operand.as_optional();
      optional = true;
      if (!target) return test_only_ ? Value::boolean(false) : Value::none();
    }
    if (!target->is(Kind::kMap)) {
      return fail("found a field '" + field_ + "' of " + kinds_text(*target) +
                  ", which has no fields");
    }
    const Value* found = target->as_map().find(field_);
    if (test_only_) return Value::boolean(found != nullptr);
    if (optional) return found ? Value::optional(*found) : Value::none();
    return found ? *found : placed(missing_.alias());
  }

 private:
  const NodePtr operand_;
  const std::string field_;
  const Value missing_;
  const bool optional_, test_only_;
};

}  // namespace

NodePtr make_list(std::vector<NodePtr> children, std::vector<bool> optional) {
  return std::make_unique<ListNode>(std::move(children), std::move(optional));
}
NodePtr make_map(std::vector<NodePtr> children, std::vector<bool> optional) {
  return std::make_unique<MapNode>(std::move(children), std::move(optional));
}
NodePtr make_select(NodePtr operand, std::string field, bool optional, bool test_only) {
  return std::make_unique<SelectNode>(std::move(operand), std::move(field), optional, test_only);
}

}  // namespace tt::cel
