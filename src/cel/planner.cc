// Planning of names, operators, calls and comprehensions.
// SPDX-License-Identifier: Apache-2.0
#include "cel/planner.h"

#include <algorithm>

#include "cel/limits.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

bool all_constant(const std::vector<NodePtr>& nodes) {
  return std::all_of(nodes.begin(), nodes.end(), [](const NodePtr& n) { return n->constant(); });
}

std::optional<Value> default_of(const RecordField& field) {
  if (!field.absent_is_default) return std::nullopt;
  switch (field.type.kind()) {
    case TypeKind::kBool:
      return Value::boolean(false);
    case TypeKind::kInt:
      return Value::int64(0);
    case TypeKind::kUint:
      return Value::uint64(0);
    case TypeKind::kDouble:
      return Value::float64(0);
    case TypeKind::kString:
      return Value::borrowed("");
    case TypeKind::kBytes:
      return Value::borrowed_bytes("");
    case TypeKind::kTimestamp:
      return Value::timestamp(WallNs{0});
    case TypeKind::kDuration:
      return Value::duration(0);
    case TypeKind::kList:
      return Value::list({});
    case TypeKind::kMap:
      return Value::map({});
    default:
      return Value::null();
  }
}

/// The texts of a list of constant strings; nothing for any other node.
std::optional<std::vector<std::string>> texts_of(const Value* list) {
  if (!list || !list->is(Kind::kList)) return std::nullopt;
  std::vector<std::string> texts;
  for (const Value& element : list->as_list()) {
    if (!element.is_string()) return std::nullopt;
    texts.emplace_back(element.as_string());
  }
  return texts;
}

}  // namespace

Planner::Planner(std::shared_ptr<const Ast> ast, const Environment& environment,
                 Annotations& annotations, const CompileOptions& options)
    : ast_(std::move(ast)),
      environment_(environment),
      annotations_(annotations),
      strict_(options.check),
      shares_(options.shares) {
  for (const std::string_view name : environment.names()) {
    const auto* record = environment.find_record(name);
    if (!record) continue;
    records_.resize(std::max(records_.size(), static_cast<std::size_t>(record->index) + 1));
    records_[static_cast<std::size_t>(record->index)] = record;
  }
}

std::shared_ptr<const Program> Planner::run() {
  std::shared_ptr<Program> program(new Program());
  program->root_ = plan(ast_->root());
  program->required_tests_ = required_tests(ast_->root());
  program->ast_ = ast_;
  program->type_ = annotations_.type;
  program->locals_ = annotations_.locals;
  program->fields_.assign(fields_.begin(), fields_.end());
  program->reads_whole_record_ = whole_record_;
  for (Diagnostic& diagnostic : diagnostics_) locate(ast_->text(), diagnostic);
  if (has_errors(diagnostics_)) return nullptr;
  return program;
}

NodePtr Planner::plan(const Expr& expr) {
  const int before = weight_++;
  const auto finish = [&](const NodePtr& node) {
    Node& made = const_cast<Node&>(*node);  // Nobody else has it yet.
    made.position = expr.mark;
    made.weight = weight_ - before;
  };
  NodePtr node = plan_kind(expr);
  finish(node);
  node = shared(expr, std::move(node));
  finish(node);
  return node;
}

std::vector<NodePtr> Planner::plan_all(const std::vector<const Expr*>& exprs) {
  std::vector<NodePtr> nodes;
  nodes.reserve(exprs.size());
  for (const Expr* expr : exprs) nodes.push_back(plan(*expr));
  return nodes;
}

NodePtr Planner::folded(NodePtr node, bool constant_children, const Expr& expr) {
  if (!constant_children) return node;
  std::int64_t cost = kCostMax / 100;
  Frame frame{EmptyScope(), nullptr, cost};
  const_cast<Node&>(*node).position = expr.mark;
  Value value = node->evaluate(frame);
  // An error keeps its place in the evaluation: `false && 1/0 == 1` is false.
  if (value.is_error() || cost < 0) return node;
  return make_constant(value.own());
}

NodePtr Planner::plan_kind(const Expr& expr) {
  const Reference& to = reference(expr);
  if (to.kind != Reference::Kind::kNone) return plan_reference(expr, to);
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return make_constant(expr.literal);
    case ExprKind::kSelect:
      return plan_select(expr);
    case ExprKind::kCall:
      return plan_call(expr);
    case ExprKind::kList: {
      auto children = plan_all(expr.children);
      const bool constant = all_constant(children);
      return folded(make_list(std::move(children), expr.optional_children), constant, expr);
    }
    case ExprKind::kMap: {
      auto children = plan_all(expr.children);
      const bool constant = all_constant(children);
      return folded(make_map(std::move(children), expr.optional_children), constant, expr);
    }
    case ExprKind::kFold:
      return plan_fold(expr);
    case ExprKind::kBind: {
      NodePtr init = plan(*expr.children[0]);
      return make_bind(to.index, std::move(init), plan(*expr.children[1]));
    }
    case ExprKind::kUnwrap: {
      NodePtr operand = plan(*expr.children[0]);
      return make_unwrap(expr.flat, to.index, std::move(operand), plan(*expr.children[1]));
    }
    case ExprKind::kName:
    case ExprKind::kMessage:
      break;
  }
  return make_failure("'" + expr.name + "' is not a type that can be made");
}

NodePtr Planner::plan_reference(const Expr& expr, const Reference& to) {
  switch (to.kind) {
    case Reference::Kind::kLocal:
      return make_local(to.index);
    case Reference::Kind::kVariable:
      return make_variable(to.index, to.name);
    case Reference::Kind::kRecord:
      whole_record_ = true;
      return make_record(to.index);
    case Reference::Kind::kField:
      return plan_field(expr, to);
    case Reference::Kind::kType:
      return make_constant(Value::type(to.type));
    case Reference::Kind::kDefinition:
      fields_.insert(to.definition->fields().begin(), to.definition->fields().end());
      whole_record_ = whole_record_ || to.definition->reads_whole_record();
      return make_definition(to.definition);
    case Reference::Kind::kUnknown:
    case Reference::Kind::kNone:
      break;
  }
  return make_failure("unknown name '" + expr.name + "'");
}

FieldPlace Planner::place_of(const Reference& to) {
  FieldPlace place;
  place.record = to.index;
  place.slot = record(to.index).layout->slot_of(to.name);
  place.name = to.name;
  place.default_value = default_of(to.field);
  fields_.insert({place.record, place.slot});
  return place;
}

NodePtr Planner::plan_field(const Expr&, const Reference& to) {
  if (to.test_only) return make_has_field(place_of(to));
  return to.optional ? make_optional_field(place_of(to)) : make_field(place_of(to));
}

NodePtr Planner::plan_select(const Expr& expr) {
  NodePtr operand = plan(*expr.children[0]);
  const bool constant = operand->constant();
  return folded(make_select(std::move(operand), expr.name, expr.optional, expr.test_only), constant,
                expr);
}

NodePtr Planner::plan_fold(const Expr& expr) {
  const Reference& to = reference(expr);
  FoldPlan fold;
  fold.kind = expr.fold;
  fold.slot = to.index;
  fold.slot2 = to.index2;
  fold.range = plan(*expr.children[0]);
  if (expr.has_filter) fold.filter = plan(*expr.children[1]);
  fold.body = plan(*expr.children.back());
  return make_fold(std::move(fold));
}

NodePtr Planner::plan_call(const Expr& expr) {
  if (is_operator(expr)) {
    if (NodePtr node = plan_operator(expr)) return node;
  }
  if (NodePtr node = plan_text_test(expr)) return node;
  if (expr.member && expr.children.size() == 2 && (expr.name == "or" || expr.name == "orValue")) {
    NodePtr operand = plan(*expr.children[0]);
    return make_optional_or(expr.name == "orValue", std::move(operand), plan(*expr.children[1]));
  }
  return plan_function(expr);
}

NodePtr Planner::plan_operator(const Expr& expr) {
  const std::string& name = expr.name;
  if (name == op::kEqual || name == op::kNotEqual) {
    return plan_equality(expr, name == op::kNotEqual);
  }
  if (name == op::kIn) return plan_in(expr);
  if (name == op::kIndex || name == op::kOptionalIndex) {
    return plan_index(expr, name == op::kOptionalIndex);
  }
  const bool is_logic = name == op::kAnd || name == op::kOr;
  auto children = plan_all(is_logic ? operands_in_order(expr) : expr.children);
  const bool constant = all_constant(children);
  const auto binary = [&](Value (*compute)(const Value&, const Value&)) {
    return folded(make_binary(compute, std::move(children[0]), std::move(children[1])), constant,
                  expr);
  };
  if (is_logic) {
    return folded(make_logic(name == op::kAnd, std::move(children)), constant, expr);
  }
  if (name == op::kNot) return folded(make_not(std::move(children[0])), constant, expr);
  if (name == op::kNegate) return folded(make_negate(std::move(children[0])), constant, expr);
  if (name == op::kConditional) {
    return folded(
        make_conditional(std::move(children[0]), std::move(children[1]), std::move(children[2])),
        constant, expr);
  }
  if (name == op::kAdd) return binary(add);
  if (name == op::kSubtract) return binary(subtract);
  if (name == op::kMultiply) return binary(multiply);
  if (name == op::kDivide) return binary(divide);
  if (name == op::kModulo) return binary(modulo);
  if (name == op::kLess || name == op::kLessEqual || name == op::kGreater ||
      name == op::kGreaterEqual) {
    return folded(make_order(name, std::move(children[0]), std::move(children[1])), constant, expr);
  }
  return nullptr;
}

NodePtr Planner::plan_equality(const Expr& expr, bool negated) {
  NodePtr left = plan(*expr.children[0]);
  NodePtr right = plan(*expr.children[1]);
  const auto is_field = [&](const Expr& side) {
    const Reference& to = reference(side);
    return to.kind == Reference::Kind::kField && !to.optional && !to.test_only;
  };
  const auto is_text = [](const NodePtr& node) {
    return node->constant() && node->constant()->is_string();
  };
  if (is_field(*expr.children[0]) && is_text(right)) {
    return make_field_equals(place_of(reference(*expr.children[0])),
                             std::string(right->constant()->as_string()), negated);
  }
  if (is_field(*expr.children[1]) && is_text(left)) {
    return make_field_equals(place_of(reference(*expr.children[1])),
                             std::string(left->constant()->as_string()), negated);
  }
  const bool constant = left->constant() && right->constant();
  return folded(make_equality(negated, std::move(left), std::move(right)), constant, expr);
}

NodePtr Planner::plan_in(const Expr& expr) {
  const Reference& container = reference(*expr.children[1]);
  if (container.kind == Reference::Kind::kRecord) {
    NodePtr key = plan(*expr.children[0]);
    if (key->constant() && key->constant()->is_string()) {
      Reference to;
      to.index = container.index;
      to.name = std::string(key->constant()->as_string());
      return make_has_field(place_of(to));
    }
    whole_record_ = true;
    return make_has_named_field(container.index, std::move(key));
  }
  NodePtr element = plan(*expr.children[0]);
  NodePtr list = plan(*expr.children[1]);
  const Reference& to = reference(*expr.children[0]);
  if (to.kind == Reference::Kind::kField && !to.optional && !to.test_only) {
    if (auto texts = texts_of(list->constant())) {
      return make_field_one_of(place_of(to), *std::move(texts));
    }
  }
  const bool constant = element->constant() && list->constant();
  return folded(make_binary(contains, std::move(element), std::move(list)), constant, expr);
}

NodePtr Planner::plan_index(const Expr& expr, bool optional) {
  const Reference& container = reference(*expr.children[0]);
  if (container.kind == Reference::Kind::kRecord) {
    whole_record_ = true;
    return make_named_field(container.index, plan(*expr.children[1]), optional);
  }
  NodePtr operand = plan(*expr.children[0]);
  NodePtr key = plan(*expr.children[1]);
  const bool constant = operand->constant() && key->constant();
  return folded(make_binary(optional ? optional_index : index, std::move(operand), std::move(key)),
                constant, expr);
}

NodePtr Planner::plan_text_test(const Expr& expr) {
  if (!expr.member || expr.children.size() != 2 || reference(expr).qualified_call) return nullptr;
  const Expr& argument = *expr.children[1];
  if (argument.kind != ExprKind::kLiteral || !argument.literal.is_string()) return nullptr;
  TextTest test;
  if (expr.name == "startsWith") {
    test = TextTest::kStartsWith;
  } else if (expr.name == "endsWith") {
    test = TextTest::kEndsWith;
  } else if (expr.name == "contains") {
    test = TextTest::kContains;
  } else {
    return nullptr;
  }
  // Another library may have given the name more meanings.
  const FunctionDeclaration* function = environment_.find_function(expr.name);
  if (!function || function->overloads.size() != 1) return nullptr;
  const Reference& receiver = reference(*expr.children[0]);
  if (receiver.kind == Reference::Kind::kField && !receiver.optional && !receiver.test_only) {
    return make_field_text_test(place_of(receiver), test,
                                std::string(argument.literal.as_string()));
  }
  NodePtr operand = plan(*expr.children[0]);
  const bool constant = operand->constant();
  return folded(make_text_test(test, std::move(operand), std::string(argument.literal.as_string())),
                constant, expr);
}

NodePtr Planner::plan_function(const Expr& expr) {
  const Reference& to = reference(expr);
  const bool member = expr.member && !to.qualified_call;
  std::vector<const Expr*> children = expr.children;
  if (to.qualified_call) children.erase(children.begin());
  auto arguments = plan_all(children);
  const FunctionDeclaration* function = environment_.find_function(to.name);
  if (!function) {
    // The arguments are evaluated for nothing else than their errors; the call fails anyway.
    return make_failure("unknown function '" + expr.name + "'");
  }
  std::vector<PlannedOverload> overloads;
  for (const Overload& overload : function->overloads) {
    if (overload.member != member || overload.parameters.size() != arguments.size()) continue;
    PlannedOverload& planned = overloads.emplace_back();
    planned.overload = overload;
    if (overload.prepare) prepare(expr, planned, arguments);
  }
  const bool constant = all_constant(arguments) && !arguments.empty();
  return folded(make_call(expr.name, std::move(overloads), std::move(arguments)), constant, expr);
}

}  // namespace tt::cel
