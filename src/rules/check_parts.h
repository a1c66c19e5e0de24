// The single checks behind check_rules(); each reports its own kind of finding.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

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
/// True when the rule takes every event that its list is given.
bool is_unconditional(const Rule& rule);

void check_constants(CheckContext& context);       ///< `when` that is always true or false.
void check_contradictions(CheckContext& context);  ///< Tests that exclude each other.
void check_shadows(CheckContext& context);         ///< What a final rule before takes away.
void check_effects(CheckContext& context);         ///< Rules without effect, exits without rules.
void check_resolved(CheckContext& context);        ///< Exits that never see `resolved`.
/// Constants compared with `event.severity` or `meta.entry` that these never are.
void check_words(CheckContext& context, const cel::Program& program, const config::Node& scalar);

}  // namespace tt::rules
