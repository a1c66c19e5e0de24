// Absent: negated fields that an event may lack, where no rule around asks for the field.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "cel/checker.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

std::set<std::string> asked_for_by_parents(const CheckContext& context, const Rule& rule) {
  const cel::Environment& environment = context.ruleset.environment().environment();
  std::set<std::string> fields;
  for (std::uint32_t parent = rule.parent; parent != kNoRule;
       parent = context.ruleset.rule(parent).parent) {
    const auto& program = context.ruleset.rule(parent).when.program;
    if (program) fields.merge(cel::fields_asked_for(program->ast(), environment));
  }
  return fields;
}

}  // namespace

void check_absent(CheckContext& context) {
  const cel::Environment& environment = context.ruleset.environment().environment();
  for (const Rule& rule : context.ruleset.rules()) {
    if (!rule.when.program) continue;
    const cel::Ast& ast = rule.when.program->ast();
    const cel::Annotations found = cel::annotate(ast, environment, true);
    const bool is_suspicious =
        std::any_of(found.diagnostics.begin(), found.diagnostics.end(),
                    [](const cel::Diagnostic& d) { return d.code == "absent-field"; });
    if (!is_suspicious) continue;
    const auto present = asked_for_by_parents(context, rule);
    for (const cel::Diagnostic& d : cel::warn_of_absent_fields(ast, environment, found, present)) {
      context.diagnostics.warning(
          "cel-absent",
          config::mark_inside(context.files, rule.when.node, static_cast<std::size_t>(d.begin),
                              static_cast<std::size_t>(d.length)),
          d.text, d.hint);
    }
  }
}

}  // namespace tt::rules
