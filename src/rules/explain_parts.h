// PartTracer: takes conditions apart and evaluates each part once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/program.h"
#include "rules/explain.h"

namespace tt::rules {

/// At most kTraceTextMax bytes of it, and `...` where something is left out.
std::string cut_text(std::string_view text);
/// JSON stays JSON when it is cut: it becomes a text.
std::string cut_json(std::string_view json);

/// For one event. Compiles parts against the environment of a live ruleset: a part only names
/// fields that the whole has named and shares nothing, so nothing is added to the layouts that
/// others read, and nothing of a part stays in the scope.
class PartTracer {
 public:
  PartTracer(const tmpl::EventEnvironment& environment, const tmpl::EventScope& scope)
      : environment_(environment), scope_(scope) {}
  /// The operands of the rule's `when`, each down to its fields.
  std::vector<OperandTrace> operands(const Rule& rule);

 private:
  PartTrace trace(const cel::Program& part, std::string_view text);
  void evaluate(const cel::Program& part, PartTrace& trace) const;
  std::vector<PartTrace> parts_of(const cel::Program& whole);
  void add_part(const cel::Program& whole, const cel::Expr& child, std::vector<PartTrace>& parts);
  bool take_part();

  const tmpl::EventEnvironment& environment_;
  const tmpl::EventScope& scope_;
  std::size_t left_of_event_ = kPartsOfEventMax;
  std::size_t left_of_when_ = 0;
};

}  // namespace tt::rules
