// check: what is suspicious about rules that are well formed; the rule part of `vortex check`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "config/diagnostic.h"
#include "config/files.h"
#include "config/node.h"
#include "rules/ruleset.h"

namespace tt::rules {

/// What the check has to know of an exit; the portal's descriptor says it.
struct ExitFacts {
  std::string name;
  bool has_life_cycle = false;  ///< It opens something on `firing` and closes it on `resolved`.
  config::Mark mark;            ///< Where the exit is configured.
};

/// Reports warnings only: rules that never match, are shadowed or do nothing, exits that no rule
/// feeds, `resolved` hidden from exits with a life cycle, severity words that no portal emits.
/// `lets` (the `let` map, may be null) is searched for severity words too.
void check_rules(const Ruleset& ruleset, std::span<const ExitFacts> exits,
                 const config::Node* lets, const config::Files& files,
                 config::Diagnostics& diagnostics);

}  // namespace tt::rules
