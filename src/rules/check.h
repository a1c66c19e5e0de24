// check: what is suspicious about rules that are well formed; the rule part of `vortex check`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/files.h"
#include "config/node.h"
#include "config/parse.h"
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
  const config::Node* lets = nullptr;                 ///< The `let` map.
  const std::vector<std::string>* entries = nullptr;  ///< Names that `meta.entry` can have.
};

/// Reports warnings: rules that never match, are shadowed or do nothing, exits that no rule feeds,
/// `resolved` hidden from exits with a life cycle, severity words that no portal emits, names of
/// entries that do not exist.
void check_rules(const Ruleset& ruleset, std::span<const ExitFacts> exits,
                 config::ParseContext& context, const CheckOptions& options = {});

}  // namespace tt::rules
