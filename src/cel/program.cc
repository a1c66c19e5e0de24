// Evaluation of programs, and the way from text to program.
// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <algorithm>
#include <array>

#include "cel/ast.h"
#include "cel/checker.h"
#include "cel/checker_words.h"
#include "cel/limits.h"
#include "cel/node.h"
#include "cel/planner.h"

namespace tt::cel {
namespace {

constexpr int kInlineLocals = 8;

/// The error `result-type` when a checked result cannot be what the caller needs.
void check_result(const CompileOptions& options, const Ast& ast, const Type& type,
                  std::vector<Diagnostic>& diagnostics) {
  if (!options.check || !options.result || has_errors(diagnostics)) return;
  Substitution types;
  if (types.assignable(type, *options.result)) return;
  Diagnostic diagnostic;
  diagnostic.code = "result-type";
  diagnostic.text =
      "the expression gives " + spoken(type) + ", expected " + spoken(*options.result);
  diagnostic.begin = ast.root().begin;
  diagnostic.length = ast.root().length;
  const bool is_bool_wanted = options.result->is(TypeKind::kBool);
  if (is_bool_wanted) diagnostic.hint = hint_for_condition(ast.text(), type, false);
  locate(ast.text(), diagnostic);
  diagnostics.insert(diagnostics.begin(), std::move(diagnostic));
}

}  // namespace

Program::~Program() = default;

const std::string& Program::text() const { return ast_->text(); }

const Value* Program::constant() const { return root_->constant(); }

template <class Result, class Run>
Result Program::in_frame(const Scope& scope, std::int64_t& cost_left, Run run) const {
  if (locals_ == 0) {
    Frame frame{scope, nullptr, cost_left};
    return run(frame);
  }
  if (locals_ <= kInlineLocals) {
    std::array<Value, kInlineLocals> locals;
    Frame frame{scope, locals.data(), cost_left};
    return run(frame);
  }
  std::vector<Value> locals(static_cast<std::size_t>(locals_));
  Frame frame{scope, locals.data(), cost_left};
  return run(frame);
}

Value Program::evaluate(const Scope& scope) const {
  std::int64_t cost_left = kCostMax;
  return run(scope, cost_left);
}

Truth Program::test(const Scope& scope) const {
  std::int64_t cost_left = kCostMax;
  return run_test(scope, cost_left);
}

Value Program::run(const Scope& scope, std::int64_t& cost_left) const {
  Value result =
      in_frame<Value>(scope, cost_left, [this](Frame& frame) { return root_->evaluate(frame); });
  return cost_left < 0 ? cost_error() : result;
}

Truth Program::run_test(const Scope& scope, std::int64_t& cost_left) const {
  // Nearly all conditions: a frame as small as this one is half of what they take.
  if (locals_ > 0) return run_test_with_locals(scope, cost_left);
  Frame frame{scope, nullptr, cost_left};
  const Truth result = root_->test(frame);
  return cost_left < 0 ? Truth::kNone : result;
}

Truth Program::run_test_with_locals(const Scope& scope, std::int64_t& cost_left) const {
  const Truth result =
      in_frame<Truth>(scope, cost_left, [this](Frame& frame) { return root_->test(frame); });
  return cost_left < 0 ? Truth::kNone : result;
}

Compiled compile(std::string_view text, const Environment& environment,
                 const CompileOptions& options) {
  Compiled compiled;
  Parsed parsed = parse(text, options);
  compiled.diagnostics = std::move(parsed.diagnostics);
  if (!parsed.ast) return compiled;
  Annotations annotations = annotate(*parsed.ast, environment, options.check);
  compiled.type = annotations.type;
  compiled.diagnostics = std::move(annotations.diagnostics);
  check_result(options, *parsed.ast, compiled.type, compiled.diagnostics);
  if (has_errors(compiled.diagnostics)) return compiled;
  Planner planner(parsed.ast, environment, annotations, options);
  compiled.program = planner.run();
  for (Diagnostic& diagnostic : planner.diagnostics()) {
    compiled.diagnostics.push_back(std::move(diagnostic));
  }
  std::stable_sort(
      compiled.diagnostics.begin(), compiled.diagnostics.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.severity < b.severity; });
  return compiled;
}

Checked check(std::string_view text, const Environment& environment,
              const CompileOptions& options) {
  Checked checked;
  Parsed parsed = parse(text, options);
  checked.diagnostics = std::move(parsed.diagnostics);
  if (!parsed.ast) return checked;
  Annotations annotations = annotate(*parsed.ast, environment, true);
  checked.type = annotations.type;
  checked.diagnostics = std::move(annotations.diagnostics);
  check_result(options, *parsed.ast, checked.type, checked.diagnostics);
  return checked;
}

}  // namespace tt::cel
