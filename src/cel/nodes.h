// Nodes: factories of all kinds of steps; the classes are private to their files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cel/ast.h"
#include "cel/environment.h"
#include "cel/node.h"

namespace tt::cel {

// Names (nodes_names.cc).
NodePtr make_constant(Value value);
NodePtr make_failure(std::string text);
NodePtr make_variable(int index, const std::string& name);
NodePtr make_local(int slot);
NodePtr make_record(int record);
NodePtr make_definition(std::shared_ptr<const Program> program);
/// What `child` gives, evaluated once an event for all programs that have the slot.
NodePtr make_shared_node(int slot, NodePtr child);

// Fields of records (nodes_fields.cc).
struct FieldPlace {
  int record = 0;
  int slot = 0;
  std::string name;                    ///< Dotted, for the error.
  std::optional<Value> default_value;  ///< What an absent field reads as; nothing: an error.
};
NodePtr make_field(FieldPlace place);
NodePtr make_optional_field(FieldPlace place);
NodePtr make_has_field(FieldPlace place);
NodePtr make_field_equals(FieldPlace place, std::string text, bool negated);
NodePtr make_field_one_of(FieldPlace place, std::vector<std::string> texts);
enum class TextTest : unsigned char { kStartsWith, kEndsWith, kContains };
/// The error of a text test on what is no text.
Value no_text_test(TextTest test, const Value& operand);
/// startsWith and endsWith are one FieldCheck.
NodePtr make_field_text_test(FieldPlace place, TextTest test, std::string text);
/// `event[key]` and `event[?key]` with a computed key; `key in event`.
NodePtr make_named_field(int record, NodePtr key, bool optional);
NodePtr make_has_named_field(int record, NodePtr key);

// Logic, comparison, arithmetic (nodes_operators.cc).
NodePtr make_logic(bool conjunction, std::vector<NodePtr> children);
NodePtr make_not(NodePtr child);
NodePtr make_conditional(NodePtr condition, NodePtr when_true, NodePtr when_false);
NodePtr make_equality(bool negated, NodePtr left, NodePtr right);
NodePtr make_order(std::string_view function, NodePtr left, NodePtr right);
/// Two operands by a function of operators.h.
NodePtr make_binary(Value (*compute)(const Value&, const Value&), NodePtr left, NodePtr right);
NodePtr make_negate(NodePtr child);

// Lists, maps, selection (nodes_aggregates.cc).
NodePtr make_list(std::vector<NodePtr> children, std::vector<bool> optional);
NodePtr make_map(std::vector<NodePtr> children, std::vector<bool> optional);
NodePtr make_select(NodePtr operand, std::string field, bool optional, bool test_only);

// Calls (nodes_calls.cc).
NodePtr make_text_test(TextTest test, NodePtr operand, std::string text);
struct PlannedOverload {
  Overload overload;
  std::shared_ptr<const void> state;
  std::string problem;  ///< From Overload::prepare; calling it gives this error.
};
NodePtr make_call(std::string name, std::vector<PlannedOverload> overloads,
                  std::vector<NodePtr> arguments);

// Variables (nodes_folds.cc).
struct FoldPlan {
  FoldKind kind = FoldKind::kAll;
  NodePtr range;
  NodePtr filter;  ///< Or null.
  NodePtr body;
  int slot = 0;
  int slot2 = -1;  ///< -1: one variable.
};
NodePtr make_fold(FoldPlan plan);
NodePtr make_bind(int slot, NodePtr init, NodePtr body);
/// `a.or(b)` and, with `unwrap`, `a.orValue(b)`: b is evaluated only when a is empty.
NodePtr make_optional_or(bool unwrap, NodePtr operand, NodePtr otherwise);
NodePtr make_unwrap(bool flat, int slot, NodePtr operand, NodePtr body);

}  // namespace tt::cel
