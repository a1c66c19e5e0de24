// Planner: an annotated tree to a program of specialised nodes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cel/ast.h"
#include "cel/checker.h"
#include "cel/limits.h"
#include "cel/nodes.h"

namespace tt::cel {

/// A call that is written as an operator.
inline bool is_operator(const Expr& call) {
  return !call.member &&
         (call.name.starts_with('_') || call.name.ends_with('_') || call.name.starts_with('@'));
}

/// One use. Interns the fields that the program reads in their layouts.
class Planner {
 public:
  /// With `options.check`, calls whose constant arguments cannot work are errors; else they fail
  /// when evaluated.
  Planner(std::shared_ptr<const Ast> ast, const Environment& environment, Annotations& annotations,
          const CompileOptions& options);
  /// Null when diagnostics() has errors.
  std::shared_ptr<const Program> run();
  std::vector<Diagnostic> diagnostics() { return std::move(diagnostics_); }

 private:
  NodePtr plan(const Expr& expr);
  NodePtr plan_kind(const Expr& expr);
  NodePtr plan_reference(const Expr& expr, const Reference& to);
  NodePtr plan_field(const Expr& expr, const Reference& to);
  NodePtr plan_select(const Expr& expr);
  NodePtr plan_call(const Expr& expr);
  NodePtr plan_operator(const Expr& expr);
  NodePtr plan_equality(const Expr& expr, bool negated);
  NodePtr plan_in(const Expr& expr);
  NodePtr plan_index(const Expr& expr, bool optional);
  NodePtr plan_text_test(const Expr& expr);
  NodePtr plan_function(const Expr& expr);
  NodePtr plan_fold(const Expr& expr);
  std::vector<NodePtr> plan_all(const std::vector<const Expr*>& exprs);
  /// The node with its constant result in its place, when its children are constants.
  NodePtr folded(NodePtr node, bool constant_children, const Expr& expr);

  FieldPlace place_of(const Reference& to);
  void prepare(const Expr& expr, PlannedOverload& planned, const std::vector<NodePtr>& arguments);
  void report(const Expr& expr, Severity severity, const std::string& text,
              std::string_view code = "argument");

  /// The node, or one that gives its value to all programs (planner_sharing.cc).
  NodePtr shared(const Expr& expr, NodePtr node);

  // planner_tests.cc
  std::vector<FieldTest> required_tests(const Expr& expr) const;
  std::vector<FieldTest> tests_of_all(const Expr& conjunction) const;
  std::vector<FieldTest> tests_of_any(const Expr& disjunction) const;
  std::optional<FieldTest> field_test_of(const Expr& expr) const;
  std::optional<FieldTest> field_test(const Expr& side) const;
  bool is_cheap(const Expr& expr) const;
  /// Operands of `&&` and `||` as they are evaluated: tests on fields first, they often decide.
  std::vector<const Expr*> operands_in_order(const Expr& logic) const;
  const Reference& reference(const Expr& expr) const {
    return annotations_.references[static_cast<std::size_t>(expr.id)];
  }
  const Environment::Record& record(int index) const {
    return *records_[static_cast<std::size_t>(index)];
  }

  std::shared_ptr<const Ast> ast_;
  const Environment& environment_;
  Annotations& annotations_;
  bool strict_, shares_;
  std::vector<const Environment::Record*> records_;
  std::set<FieldUse> fields_;
  bool whole_record_ = false;
  int weight_ = 0;
  std::int64_t prepare_cost_left_ = kPrepareCostMax;
  bool is_over_budget_ = false;  ///< And said so, once.
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace tt::cel
