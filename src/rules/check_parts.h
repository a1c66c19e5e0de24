// The single checks behind check_rules(); each reports its own kind of finding.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cel/ast.h"
#include "config/diagnostic.h"
#include "config/files.h"
#include "config/node.h"
#include "rules/check.h"
#include "rules/facts.h"
#include "rules/ruleset.h"

namespace tt::rules {

/// What the checks share. `is_dead[rule]`: no event can match it, as a check before has found;
/// later ones leave it and its children alone.
struct CheckContext {
  const Ruleset& ruleset;
  std::span<const ExitFacts> exits;
  const CheckOptions& options;
  const config::Files& files;
  config::Diagnostics& diagnostics;
  std::vector<bool> is_dead = {};
};

/// Marks the rule and its descendants.
void mark_dead(CheckContext& context, const Rule& rule);
/// The place of a test inside the YAML scalar of its `when`.
config::Mark mark_of(const CheckContext& context, const PathTest& test);
/// "rule `name`", or "`rules[2]`" for one without a name.
std::string said(const Rule& rule);
/// True for a constant text.
inline bool is_text(const cel::Expr& expr) {
  return expr.kind == cel::ExprKind::kLiteral && expr.literal.is_string();
}
/// True when the rule takes every event that its list is given.
bool is_unconditional(const Rule& rule);

void check_constants(CheckContext& context);       ///< Tests that are always true or false.
void check_contradictions(CheckContext& context);  ///< Tests that exclude each other.
void check_shadows(CheckContext& context);         ///< What a final rule before takes away.
void check_effects(CheckContext& context);         ///< Rules without effect, exits without rules.
void check_resolved(CheckContext& context);        ///< Exits that never see `resolved`.
void check_absent(CheckContext& context);          ///< Negated fields that may be absent.
void check_expressions(CheckContext& context);     ///< The three below, for everything.

/// An expression in the configuration, and what the events that it sees can have.
struct ExpressionPlace {
  const config::Node& scalar;
  std::size_t begin = 0;  ///< Of the expression in the scalar's text.
  const Produced& produced;
};
/// Where a part of the expression stands in the file.
config::Mark mark_of(const CheckContext& context, const ExpressionPlace& place,
                     const cel::Expr& part);
/// Constants compared with `event.severity`, `event.kind` or `meta.entry` that these never are.
void check_words(CheckContext& context, const cel::Expr& root, const ExpressionPlace& place);
/// Functions of constants that always fail.
void check_calls(CheckContext& context, const cel::Ast& ast, const ExpressionPlace& place);
/// Fields that no event has.
void check_fields(CheckContext& context, const cel::Expr& root, const ExpressionPlace& place);

}  // namespace tt::rules
