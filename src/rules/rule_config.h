// RuleConfig: one element of `rules`, as written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/field.h"
#include "rules/rewrite.h"

namespace tt::rules {

struct RuleConfig {
  config::Located<std::string> name;
  config::Expression when;
  RewriteConfig rewrite;
  std::vector<config::Located<std::string>> to;
  bool is_final = false;
  std::vector<RuleConfig> rules;
  config::Mark mark;

  static constexpr std::string_view kTypeName = "rule";
  static constexpr auto fields() {
    return std::tuple{
        config::field("name", &RuleConfig::name,
                      "What people call the rule: in search, dead letters, warnings. Unique.")
            .example("failed pipelines"),
        config::field("when", &RuleConfig::when,
                      "CEL over `event` and `meta`. Without it the rule takes every event that its "
                      "list is given. An error counts as no match.")
            .example("'event.kind == \"urn:gitlab:pipeline:failed\"'"),
        config::field("rewrite", &RuleConfig::rewrite, "What the rule changes on the way.")
            .inlined(),
        config::field("to", &RuleConfig::to, "Exits that get the event: one name or a list.")
            .example("[team-chat, archive]"),
        config::field("final", &RuleConfig::is_final,
                      "A match ends the list this rule stands in, not the outer one. Without `to` "
                      "that is how events are discarded."),
        config::field("rules", &RuleConfig::rules,
                      "Rules for what this rule's `when` let through. They inherit its `set` and "
                      "`unset`."),
    };
  }
};

}  // namespace tt::rules
