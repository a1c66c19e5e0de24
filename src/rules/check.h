// check: what is suspicious about rules that are well formed; the rule part of `vortex check`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/files.h"
#include "config/node.h"
#include "config/parse.h"
#include "rules/produced.h"
#include "rules/ruleset.h"

namespace tt::rules {

/// What the check has to know of an exit; the portal's descriptor says it.
struct ExitFacts {
  std::string name;
  bool has_life_cycle = false;  ///< It opens something on `firing` and closes it on `resolved`.
  config::Mark mark;            ///< Where the exit is configured.
};

/// What else may be looked at; null parts are left out.
struct CheckOptions {
  /// The whole configuration: `let`, and the templates of rules, entries and exits.
  const config::Node* root = nullptr;
  const std::vector<EntryFacts>* entries = nullptr;  ///< All that are configured.
};

/// Reports warnings: rules that never match, match always, are shadowed or do nothing, exits that
/// no rule feeds, `resolved` hidden from exits with a life cycle, negated fields that may be
/// absent, and severities, kinds, fields and entries that no event has. Sound: what cannot be shown
/// is not reported.
void check_rules(const Ruleset& ruleset, std::span<const ExitFacts> exits,
                 config::ParseContext& context, const CheckOptions& options = {});

}  // namespace tt::rules
