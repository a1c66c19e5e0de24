// Shadows: rules and rewrites that never come into effect because of a rule before them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/check_parts.h"

namespace tt::rules {
namespace {

// Final rules of one list that no value leads to, against which each later rule is held.
constexpr std::size_t kScannedMax = 100;

/// The final rules of one list so far. They cover a later rule when they are unconditional, when
/// both say the same, or when they look at one field only and hold for all values of it that the
/// later rule lets through. No proof counts as not covered.
class Finals {
 public:
  void add(const Rule& rule) {
    if (is_unconditional(rule)) {
      if (unconditional_ == nullptr) unconditional_ = &rule;
      return;
    }
    by_text_.emplace(rule.when.text, &rule);
    const std::vector<cel::FieldUse> fields = fields_of_rule(rule);
    if (fields.size() != 1) return;
    for (const Conjunct& conjunct : rule.conjuncts) {
      if (!reads_only(conjunct, fields.front())) return;
    }
    Field& field = fields_[fields.front()];
    for (const cel::FieldTest& test : rule.when.program->required_tests()) {
      if (!test.is_one_of_texts()) continue;
      for (const std::string& text : test.texts) field.by_value[text].push_back(&rule);
      return;
    }
    if (field.scanned.size() < kScannedMax) field.scanned.push_back(&rule);
  }

  const Rule* covering(const Ruleset& ruleset, const Rule& rule) const {
    if (unconditional_ != nullptr) return unconditional_;
    if (const auto same = by_text_.find(rule.when.text); same != by_text_.end()) {
      return same->second;
    }
    if (fields_.empty()) return nullptr;
    const std::vector<PathTest> path = tests_on_path(ruleset, rule);
    for (const auto& [use, field] : fields_) {
      const auto possible = possible_values(path, use);
      if (!possible || possible->values.empty()) continue;
      const auto holds = [&, &use = use](const Rule* candidate) {
        return holds_for_all(*candidate, use, possible->values);
      };
      if (const auto hit = field.by_value.find(possible->values.front());
          hit != field.by_value.end()) {
        const auto found = std::find_if(hit->second.begin(), hit->second.end(), holds);
        if (found != hit->second.end()) return *found;
      }
      const auto found = std::find_if(field.scanned.begin(), field.scanned.end(), holds);
      if (found != field.scanned.end()) return *found;
    }
    return nullptr;
  }

 private:
  struct Field {
    std::unordered_map<std::string, std::vector<const Rule*>> by_value;
    std::vector<const Rule*> scanned;
  };

  static bool holds_for_all(const Rule& rule, const cel::FieldUse& use,
                            const std::vector<std::string>& values) {
    for (const Conjunct& conjunct : rule.conjuncts) {
      for (const std::string& value : values) {
        if (!holds_for(conjunct, use, value)) return false;
      }
    }
    return true;
  }

  const Rule* unconditional_ = nullptr;
  std::unordered_map<std::string_view, const Rule*> by_text_;
  std::map<cel::FieldUse, Field> fields_;
};

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
  Finals finals;
  for (std::uint32_t i = begin; i < end; i = rules[i].end) {
    const Rule& rule = rules[i];
    if (context.is_dead[i]) continue;
    if (const Rule* final_rule = finals.covering(context.ruleset, rule)) {
      report(context, rule, *final_rule);
      mark_dead(context, rule);
      continue;
    }
    if (rule.is_final) finals.add(rule);
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
                                  said(rule) +
                                      " does nothing: it has no `to`, no `rules` and is "
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
