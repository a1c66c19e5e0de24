// check: the order of the checks, and those that look at one rule and its parents.
// SPDX-License-Identifier: Apache-2.0
#include "rules/check.h"

#include <algorithm>

#include "rules/check_parts.h"

namespace tt::rules {

void mark_dead(CheckContext& context, const Rule& rule) {
  for (std::uint32_t i = rule.index; i < rule.end; ++i) context.is_dead[i] = true;
}

config::Mark mark_of(const CheckContext& context, const PathTest& test) {
  return config::mark_inside(context.files, test.rule->when.node, test.conjunct->begin,
                             test.conjunct->length);
}

std::string said(const Rule& rule) {
  return (rule.name.empty() ? "`" : "rule `") + rule.label + "`";
}

bool is_unconditional(const Rule& rule) {
  if (!rule.when.program) return true;
  const cel::Value* constant = rule.when.program->constant();
  return constant != nullptr && constant->is_true();
}

namespace {

void report_contradiction(CheckContext& context, const Rule& rule, const Possible& possible) {
  // The newer of the two tests is the one to look at; the other is named.
  PathTest here = possible.excluded_by;
  PathTest there = possible.origin;
  if (here.rule->index < there.rule->index) std::swap(here, there);
  const bool is_one_rule = here.rule == there.rule;
  config::Diagnostic& d = context.diagnostics.warning(
      "rule-never-matches", mark_of(context, here),
      said(rule) + " never matches: `" + std::string(here.text()) + "` contradicts `" +
          std::string(there.text()) + "`" + (is_one_rule ? "" : " of " + said(*there.rule)),
      is_one_rule ? "use `||` or `in` if either may hold" : "");
  d.related = mark_of(context, there);
  d.related_text = "the other condition";
}

/// Whether a text can begin with one of each.
bool can_both_begin(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  for (const std::string& a : some) {
    for (const std::string& b : others) {
      if (a.starts_with(b) || b.starts_with(a)) return true;
    }
  }
  return false;
}

// startsWith("a") && startsWith("b"): found where no equality test names values.
void check_prefixes(CheckContext& context, const Rule& rule, const std::vector<PathTest>& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].rule != &rule) continue;
    for (std::size_t k = 0; k < i; ++k) {
      for (const cel::FieldTest& a : path[i].conjunct->program->required_tests()) {
        for (const cel::FieldTest& b : path[k].conjunct->program->required_tests()) {
          const bool are_prefixes = a.begins_with_texts() && b.begins_with_texts();
          if (!are_prefixes || a.record != b.record || a.slot != b.slot) continue;
          if (can_both_begin(a.texts, b.texts)) continue;
          report_contradiction(context, rule, {path[k], {}, path[i]});
          mark_dead(context, rule);
          return;
        }
      }
    }
  }
}

}  // namespace

void check_contradictions(CheckContext& context) {
  for (const Rule& rule : context.ruleset.rules()) {
    if (context.is_dead[rule.index] || rule.conjuncts.empty()) continue;
    const std::vector<PathTest> path = tests_on_path(context.ruleset, rule);
    for (const cel::FieldUse& field : fields_of_rule(rule)) {
      const auto possible = possible_values(path, field);
      if (!possible || !possible->values.empty() || possible->excluded_by.rule == nullptr) continue;
      report_contradiction(context, rule, *possible);
      mark_dead(context, rule);
      break;
    }
    if (!context.is_dead[rule.index]) check_prefixes(context, rule, path);
  }
}

void check_rules(const Ruleset& ruleset, std::span<const ExitFacts> exits,
                 config::ParseContext& parse, const CheckOptions& options) {
  CheckContext context{ruleset, exits, options, parse.files, parse.diagnostics};
  context.is_dead.assign(ruleset.rules().size(), false);
  // What never matches is found first, so that nothing else is said about it.
  check_constants(context);
  check_contradictions(context);
  check_shadows(context);
  check_effects(context);
  check_resolved(context);
  check_absent(context);
  check_expressions(context);
}

}  // namespace tt::rules
