// Shadows: rules and rewrites that never come into effect because of a rule before them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "rules/check_parts.h"

namespace tt::rules {
namespace {

// Final rules of one list against which the later ones are held; more would make it quadratic.
constexpr std::size_t kFinalsMax = 500;

/// Whether every event that reaches and passes `rule` also passes the `when` of `final_rule`.
/// Proved only where the final rule looks at one field; no answer is no.
bool covers(const CheckContext& context, const Rule& final_rule, const Rule& rule) {
  if (is_unconditional(final_rule)) return true;
  if (final_rule.when.text == rule.when.text) return true;
  const std::vector<cel::FieldUse> fields = fields_of_rule(final_rule);
  if (fields.size() != 1) return false;
  const auto possible = possible_values(tests_on_path(context.ruleset, rule), fields.front());
  if (!possible || possible->values.empty()) return false;
  return std::all_of(
      final_rule.conjuncts.begin(), final_rule.conjuncts.end(), [&](const Conjunct& conjunct) {
        return reads_only(conjunct, fields.front()) &&
               std::all_of(possible->values.begin(), possible->values.end(),
                           [&](const std::string& value) {
                             return holds_for(conjunct, fields.front(), value);
                           });
      });
}

void report(CheckContext& context, const Rule& rule, const Rule& final_rule) {
  config::Diagnostic& d = context.diagnostics.warning(
      "rule-shadowed", rule.mark,
      said(rule) + " is never reached: " + said(final_rule) + " before it is final and takes " +
          (is_unconditional(final_rule) ? "every event" : "all that it would match"),
      "put it before that rule, or leave out `final` there");
  d.related = final_rule.mark;
  d.related_text = "the final rule";
}

void check_list(CheckContext& context, std::uint32_t begin, std::uint32_t end) {
  const auto rules = context.ruleset.rules();
  std::vector<const Rule*> finals;
  for (std::uint32_t i = begin; i < end; i = rules[i].end) {
    const Rule& rule = rules[i];
    if (context.is_dead[i]) continue;
    const auto shadow = std::find_if(finals.begin(), finals.end(), [&](const Rule* final_rule) {
      return covers(context, *final_rule, rule);
    });
    if (shadow != finals.end()) {
      report(context, rule, **shadow);
      mark_dead(context, rule);
      continue;
    }
    if (rule.is_final && finals.size() < kFinalsMax) finals.push_back(&rule);
    check_list(context, i + 1, rule.end);
  }
}

// The first rule that names an exit decides; where that one takes everything, the `set` of a later
// one is never used for that exit.
void check_decided(CheckContext& context) {
  std::unordered_map<std::uint32_t, const Rule*> decided;
  for (const Rule& rule : context.ruleset.rules()) {
    if (context.is_dead[rule.index]) continue;
    for (const std::uint32_t exit : rule.exits) {
      const auto first = decided.find(exit);
      if (first != decided.end() && !context.ruleset.rewrites(rule).empty()) {
        config::Diagnostic& d = context.diagnostics.warning(
            "rule-shadowed", rule.mark,
            "`set` and `unset` of " + said(rule) + " never apply to exit `" +
                context.ruleset.exits()[exit] + "`: " + said(*first->second) +
                " before it sends every event there and decides",
            "put it before that rule");
        d.related = first->second->mark;
        d.related_text = "the rule that decides";
      }
      if (rule.depth == 0 && is_unconditional(rule)) decided.emplace(exit, &rule);
    }
  }
}

}  // namespace

void check_shadows(CheckContext& context) {
  check_list(context, 0, static_cast<std::uint32_t>(context.ruleset.rules().size()));
  check_decided(context);
}

void check_effects(CheckContext& context) {
  std::vector<bool> is_fed(context.ruleset.exits().size());
  for (const Rule& rule : context.ruleset.rules()) {
    if (context.is_dead[rule.index]) continue;
    for (const std::uint32_t exit : rule.exits) is_fed[exit] = true;
    const bool is_leaf = rule.end == rule.index + 1;
    if (is_leaf && rule.exits.empty() && !rule.is_final) {
      context.diagnostics.warning("rule-useless", rule.mark,
                                  said(rule) + " does nothing: it has no `to`, no `rules` and is "
                                               "not `final`",
                                  "`to: EXIT` sends what matches, `final: true` discards it");
    }
  }
  for (const ExitFacts& exit : context.exits) {
    const auto index = context.ruleset.find_exit(exit.name);
    if (!index || is_fed[*index]) continue;
    context.diagnostics.warning("exit-unfed", exit.mark,
                                "no rule sends events to exit `" + exit.name + "`",
                                "add `to: " + exit.name + "` to a rule");
  }
}

}  // namespace tt::rules
