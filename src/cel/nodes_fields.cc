// Nodes that read and test fields of records. The commonest tests (FieldCheck, field in texts) are
// one node each: field resolution is where the time of a rule goes, the rest must add nothing.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cel/field_check.h"
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
    Value value = read(frame);
    return value.is_absent() ? placed(absent_.alias()) : value;
  }

 protected:
  Value read(Frame& frame) const {
    if (const Value* kept = frame.scope.kept_field(record_, slot_)) return *kept;
    return frame.scope.field(record_, slot_);
  }
  const int record_;
  const int slot_;
  const Value absent_;
};

class OptionalFieldNode final : public FieldNode {
 public:
  using FieldNode::FieldNode;
  Value evaluate(Frame& frame) const override {
    Value value = read(frame);
    if (value.is_absent()) return Value::none();
    return value.is_error() ? placed(std::move(value)) : Value::optional(std::move(value));
  }
};

class HasFieldNode final : public FieldNode {
 public:
  using FieldNode::FieldNode;
  Truth test(Frame& frame) const override { return truth_of(!read(frame).is_absent()); }
  Value evaluate(Frame& frame) const override { return Value::boolean(!read(frame).is_absent()); }
};

/// `==`, `!=`, startsWith and endsWith with a constant text.
class FieldCheckNode final : public FieldNode {
 public:
  FieldCheckNode(FieldPlace place, FieldCheck::Kind kind, std::string text)
      : FieldNode(std::move(place)),
        text_(std::move(text)),
        check_{.record = record_, .slot = slot_, .text = text_, .absent = &absent_, .kind = kind} {}
  FieldCheckNode(const FieldCheckNode&) = delete;  // check_ points into this node.
  FieldCheckNode& operator=(const FieldCheckNode&) = delete;
  Truth test(Frame& frame) const override { return check_.test(frame); }
  Value evaluate(Frame& frame) const override {
    return value_of(test(frame), [&] { return problem(frame); });
  }
  const FieldCheck* field_check() const override { return &check_; }

 private:
  Value problem(Frame& frame) const {
    const Value value = FieldNode::evaluate(frame);
    if (value.is_error()) return value;
    const bool is_start = check_.kind == FieldCheck::Kind::kStartsWith;
    return placed(no_text_test(is_start ? TextTest::kStartsWith : TextTest::kEndsWith, value));
  }

  const std::string text_;
  const FieldCheck check_;
};

class FieldOneOfNode final : public FieldNode {
 public:
  FieldOneOfNode(FieldPlace place, std::vector<std::string> texts)
      : FieldNode(std::move(place)), texts_(std::move(texts)) {
    std::sort(texts_.begin(), texts_.end());
  }
  Truth test(Frame& frame) const override {
    const Value found = read(frame);
    const Value& value = found.is_absent() ? absent_ : found;
    if (value.is_error()) return Truth::kNone;
    return truth_of(value.is_string() && holds(value.as_string()));
  }
  Value evaluate(Frame& frame) const override {
    return value_of(test(frame), [&] { return FieldNode::evaluate(frame); });
  }

 private:
  bool holds(std::string_view text) const {
    const auto found = std::lower_bound(texts_.begin(), texts_.end(), text);
    return found != texts_.end() && *found == text;
  }

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

Truth FieldCheck::test_slowly(Frame& frame) const {
  Value value = frame.scope.field(record, slot);
  if (value.is_absent()) value = absent->alias();
  if (value.is_string()) return truth_of(holds(value.as_string()));
  if (value.is_error() || kind == Kind::kStartsWith || kind == Kind::kEndsWith) {
    return Truth::kNone;
  }
  return truth_of(kind == Kind::kDiffers);
}

NodePtr make_field(FieldPlace place) { return std::make_unique<FieldNode>(std::move(place)); }
NodePtr make_optional_field(FieldPlace place) {
  return std::make_unique<OptionalFieldNode>(std::move(place));
}
NodePtr make_has_field(FieldPlace place) {
  return std::make_unique<HasFieldNode>(std::move(place));
}
NodePtr make_field_equals(FieldPlace place, std::string text, bool negated) {
  const auto kind = negated ? FieldCheck::Kind::kDiffers : FieldCheck::Kind::kEquals;
  return std::make_unique<FieldCheckNode>(std::move(place), kind, std::move(text));
}
NodePtr make_field_one_of(FieldPlace place, std::vector<std::string> texts) {
  return std::make_unique<FieldOneOfNode>(std::move(place), std::move(texts));
}
NodePtr make_field_text_test(FieldPlace place, TextTest test, std::string text) {
  if (test == TextTest::kContains) {
    return make_text_test(test, make_field(std::move(place)), std::move(text));
  }
  const auto kind =
      test == TextTest::kStartsWith ? FieldCheck::Kind::kStartsWith : FieldCheck::Kind::kEndsWith;
  return std::make_unique<FieldCheckNode>(std::move(place), kind, std::move(text));
}
NodePtr make_named_field(int record, NodePtr key, bool optional) {
  return std::make_unique<NamedFieldNode>(record, std::move(key), optional);
}
NodePtr make_has_named_field(int record, NodePtr key) {
  return std::make_unique<HasNamedFieldNode>(record, std::move(key));
}

}  // namespace tt::cel
