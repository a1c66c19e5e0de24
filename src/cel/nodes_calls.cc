// Nodes of function calls. The overload is chosen by the kinds of the arguments at run time, so
// that values whose type was not known are treated the same as those whose type was.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cel/nodes.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

constexpr std::size_t kInlineArguments = 4;

class TextTestNode final : public Node {
 public:
  TextTestNode(TextTest test, NodePtr operand, std::string text)
      : test_(test), operand_(std::move(operand)), text_(std::move(text)) {}
  Value evaluate(Frame& frame) const override {
    const Value value = operand_->evaluate(frame);
    if (value.is_string()) {
      if (test_ == TextTest::kContains && !frame.charge(value)) return cost_error();
      return Value::boolean(holds(value.as_string()));
    }
    return value.is_error() ? value : placed(no_text_test(test_, value));
  }

 private:
  bool holds(std::string_view text) const {
    switch (test_) {
      case TextTest::kStartsWith:
        return text.starts_with(text_);
      case TextTest::kEndsWith:
        return text.ends_with(text_);
      case TextTest::kContains:
        return text.find(text_) != std::string_view::npos;
    }
    return false;
  }

  const TextTest test_;
  const NodePtr operand_;
  const std::string text_;
};

/// Kinds that an argument of a type may have, one bit each.
std::uint32_t kinds_of(const Type& type) {
  const auto bit = [](Kind kind) { return 1u << static_cast<unsigned>(kind); };
  switch (type.kind()) {
    case TypeKind::kNull:
      return bit(Kind::kNull);
    case TypeKind::kBool:
      return bit(Kind::kBool);
    case TypeKind::kInt:
      return bit(Kind::kInt);
    case TypeKind::kUint:
      return bit(Kind::kUint);
    case TypeKind::kDouble:
      return bit(Kind::kDouble);
    case TypeKind::kString:
      return bit(Kind::kString);
    case TypeKind::kBytes:
      return bit(Kind::kBytes);
    case TypeKind::kTimestamp:
      return bit(Kind::kTimestamp);
    case TypeKind::kDuration:
      return bit(Kind::kDuration);
    case TypeKind::kType:
      return bit(Kind::kType);
    case TypeKind::kList:
      return bit(Kind::kList);
    case TypeKind::kMap:
      return bit(Kind::kMap);
    case TypeKind::kOptional:
      return bit(Kind::kOptional);
    case TypeKind::kOpaque:
      return bit(Kind::kOpaque);
    case TypeKind::kWrapper:
      return kinds_of(type.parameter(0)) | bit(Kind::kNull);
    case TypeKind::kDyn:
    case TypeKind::kParameter:
    case TypeKind::kError:
      break;
  }
  return ~0u;
}

class CallNode final : public Node {
 public:
  CallNode(std::string name, std::vector<PlannedOverload> overloads, std::vector<NodePtr> arguments)
      : name_(std::move(name)), overloads_(std::move(overloads)), arguments_(std::move(arguments)) {
    for (const PlannedOverload& planned : overloads_) {
      for (const Type& type : planned.overload.parameters) kinds_.push_back(kinds_of(type));
    }
  }

  Value evaluate(Frame& frame) const override {
    if (arguments_.size() <= 2) {  // Most: room for more would only be cleared.
      std::array<Value, 2> values;
      return call(frame, values.data());
    }
    if (arguments_.size() <= kInlineArguments) {
      std::array<Value, kInlineArguments> values;
      return call(frame, values.data());
    }
    std::vector<Value> values(arguments_.size());
    return call(frame, values.data());
  }

 private:
  Value call(Frame& frame, Value* values) const {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      values[i] = arguments_[i]->evaluate(frame);
      if (values[i].is_error()) return values[i];
    }
    const std::uint32_t* kinds = kinds_.data();
    for (const PlannedOverload& planned : overloads_) {
      if (fits(planned.overload, kinds, values)) return run(frame, planned, values);
      kinds += arguments_.size();
    }
    std::string found;
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (i > 0) found += ", ";
      found += kinds_text(values[i]);
    }
    return placed(no_overload(name_, found));
  }

  bool fits(const Overload& overload, const std::uint32_t* kinds, const Value* values) const {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (!(kinds[i] >> static_cast<unsigned>(values[i].kind()) & 1u)) return false;
      if (values[i].is(Kind::kOpaque) && overload.parameters[i].is(TypeKind::kOpaque) &&
          overload.parameters[i].name() != values[i].as_opaque().type().name()) {
        return false;
      }
    }
    return true;
  }

  Value run(Frame& frame, const PlannedOverload& planned, const Value* values) const {
    if (!planned.problem.empty()) return fail(planned.problem);
    if (!planned.overload.call) return fail("'" + name_ + "' is declared but cannot be evaluated");
    const CallContext context{planned.state.get(), &frame.cost_left};
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (values[i].is_string() && !frame.charge(values[i])) return cost_error();
    }
    Value result = placed(planned.overload.call(context, {values, arguments_.size()}));
    return frame.charge(result) ? result : cost_error();
  }

  const std::string name_;
  const std::vector<PlannedOverload> overloads_;
  const std::vector<NodePtr> arguments_;
  std::vector<std::uint32_t> kinds_;
};

}  // namespace

Value no_text_test(TextTest test, const Value& operand) {
  constexpr std::array<std::string_view, 3> kNames{"startsWith", "endsWith", "contains"};
  return no_overload(kNames[static_cast<std::size_t>(test)], kinds_text(operand) + ", string");
}
NodePtr make_text_test(TextTest test, NodePtr operand, std::string text) {
  return std::make_unique<TextTestNode>(test, std::move(operand), std::move(text));
}
NodePtr make_call(std::string name, std::vector<PlannedOverload> overloads,
                  std::vector<NodePtr> arguments) {
  return std::make_unique<CallNode>(std::move(name), std::move(overloads), std::move(arguments));
}

}  // namespace tt::cel
