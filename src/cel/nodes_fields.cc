// Nodes that read and test fields of records. The commonest tests (field == text, field in texts)
// are one node each: field resolution is where the time of a rule goes, the rest must add nothing.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cel/nodes.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

class FieldNode : public Node {
 public:
  explicit FieldNode(FieldPlace place)
      : record_(place.record),
        slot_(place.slot),
        absent_(place.default_value ? *place.default_value
                                    : Value::error("no such field '" + place.name + "'")) {}
  Value evaluate(Frame& frame) const override {
    Value value = frame.scope.field(record_, slot_);
    return value.is_absent() ? placed(absent_.alias()) : value;
  }

 protected:
  const int record_;
  const int slot_;
  const Value absent_;
};

class OptionalFieldNode final : public FieldNode {
 public:
  using FieldNode::FieldNode;
  Value evaluate(Frame& frame) const override {
    Value value = frame.scope.field(record_, slot_);
    if (value.is_absent()) return Value::none();
    return value.is_error() ? placed(std::move(value)) : Value::optional(std::move(value));
  }
};

class HasFieldNode final : public FieldNode {
 public:
  using FieldNode::FieldNode;
  Value evaluate(Frame& frame) const override {
    return Value::boolean(!frame.scope.field(record_, slot_).is_absent());
  }
};

class FieldEqualsNode final : public FieldNode {
 public:
  FieldEqualsNode(FieldPlace place, std::string text, bool negated)
      : FieldNode(std::move(place)), text_(std::move(text)), negated_(negated) {}
  Value evaluate(Frame& frame) const override {
    const Value value = FieldNode::evaluate(frame);
    if (value.is_error()) return value;
    return Value::boolean((value.is_string() && value.as_string() == text_) != negated_);
  }

 private:
  const std::string text_;
  const bool negated_;
};

class FieldOneOfNode final : public FieldNode {
 public:
  FieldOneOfNode(FieldPlace place, std::vector<std::string> texts)
      : FieldNode(std::move(place)), texts_(std::move(texts)) {
    std::sort(texts_.begin(), texts_.end());
  }
  Value evaluate(Frame& frame) const override {
    const Value value = FieldNode::evaluate(frame);
    if (value.is_error()) return value;
    if (!value.is_string()) return Value::boolean(false);
    const std::string_view text = value.as_string();
    const auto found = std::lower_bound(texts_.begin(), texts_.end(), text);
    return Value::boolean(found != texts_.end() && *found == text);
  }

 private:
  std::vector<std::string> texts_;
};

class NamedFieldNode final : public Node {
 public:
  NamedFieldNode(int record, NodePtr key, bool optional)
      : record_(record), key_(std::move(key)), optional_(optional) {}
  Value evaluate(Frame& frame) const override {
    const Value key = key_->evaluate(frame);
    if (key.is_error()) return key;
    if (!key.is_string()) return placed(no_overload("[]", "map, " + kinds_text(key)));
    Value value = frame.scope.named_field(record_, key.as_string());
    if (value.is_error()) return value;
    if (value.is_absent()) {
      return optional_ ? Value::none() : fail("no such field " + to_json_text(key));
    }
    return optional_ ? Value::optional(std::move(value)) : value;
  }

 private:
  const int record_;
  const NodePtr key_;
  const bool optional_;
};

class HasNamedFieldNode final : public Node {
 public:
  HasNamedFieldNode(int record, NodePtr key) : record_(record), key_(std::move(key)) {}
  Value evaluate(Frame& frame) const override {
    const Value key = key_->evaluate(frame);
    if (key.is_error()) return key;
    if (!key.is_string()) return Value::boolean(false);
    return Value::boolean(!frame.scope.named_field(record_, key.as_string()).is_absent());
  }

 private:
  const int record_;
  const NodePtr key_;
};

}  // namespace

NodePtr make_field(FieldPlace place) { return std::make_unique<FieldNode>(std::move(place)); }
NodePtr make_optional_field(FieldPlace place) {
  return std::make_unique<OptionalFieldNode>(std::move(place));
}
NodePtr make_has_field(FieldPlace place) {
  return std::make_unique<HasFieldNode>(std::move(place));
}
NodePtr make_field_equals(FieldPlace place, std::string text, bool negated) {
  return std::make_unique<FieldEqualsNode>(std::move(place), std::move(text), negated);
}
NodePtr make_field_one_of(FieldPlace place, std::vector<std::string> texts) {
  return std::make_unique<FieldOneOfNode>(std::move(place), std::move(texts));
}
NodePtr make_named_field(int record, NodePtr key, bool optional) {
  return std::make_unique<NamedFieldNode>(record, std::move(key), optional);
}
NodePtr make_has_named_field(int record, NodePtr key) {
  return std::make_unique<HasNamedFieldNode>(record, std::move(key));
}

}  // namespace tt::cel
