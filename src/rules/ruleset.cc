// Ruleset: flattens the tree of rules into file order and resolves names once.
// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "cel/ast.h"
#include "rules/rule_config.h"

namespace tt::rules {
namespace {

void add_operands(const cel::Expr& expr, std::vector<const cel::Expr*>& operands) {
  if (expr.kind != cel::ExprKind::kCall || expr.name != cel::op::kAnd) {
    operands.push_back(&expr);
    return;
  }
  for (const cel::Expr* child : expr.children) add_operands(*child, operands);
}

// Programs of the parts serve `why` and `check`; the whole is what routes.
std::vector<Conjunct> compile_conjuncts(const std::shared_ptr<const cel::Program>& whole,
                                        const cel::Environment& environment) {
  const std::string& text = whole->ast().text();
  std::vector<const cel::Expr*> operands;
  add_operands(whole->ast().root(), operands);
  std::vector<Conjunct> made;
  for (const cel::Expr* operand : operands) {
    const auto begin = static_cast<std::size_t>(operand->begin);
    const auto length = static_cast<std::size_t>(operand->length);
    if (operands.size() == 1) return {{begin, length, whole}};
    const cel::Compiled part =
        cel::compile(std::string_view(text).substr(begin, length), environment);
    if (!part.ok()) return {{0, text.size(), whole}};
    made.push_back({begin, length, part.program});
  }
  return made;
}

bool looks_at_id(const cel::Program& program, const tmpl::EventEnvironment& environment) {
  if (program.reads_whole_record()) return true;
  const auto& fields = program.fields();
  return std::any_of(fields.begin(), fields.end(), [&](const cel::FieldUse& use) {
    return use.record == tmpl::kMetaRecord && environment.meta_layout().name_of(use.slot) == "id";
  });
}

}  // namespace

class Ruleset::Builder {
 public:
  Builder(Ruleset& made, config::ParseContext& context) : made_(made), context_(context) {
    exit_names_.assign(made.exits_.begin(), made.exits_.end());
  }

  void add_list(const std::vector<RuleConfig>& list, std::uint32_t parent,
                const std::string& place) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      add(list[i], parent, place + "[" + std::to_string(i) + "]");
    }
  }

  void finish() {
    made_.exit_has_rewrites_.assign(made_.exits_.size(), false);
    for (const Rule& rule : made_.rules_) add_rewrites(rule);
    std::vector<std::vector<cel::FieldTest>> guards(made_.rules_.size());
    for (const Rule& rule : made_.rules_) {
      auto& own = guards[rule.index];
      if (rule.when.program) own = rule.when.program->required_tests();
      // A child is reached through its parent, so the parent's guards are guards of the child too.
      if (rule.parent == kNoRule) continue;
      own.insert(own.end(), guards[rule.parent].begin(), guards[rule.parent].end());
    }
    made_.field_index_ = FieldIndex(guards);
  }

 private:
  void add(const RuleConfig& config, std::uint32_t parent, const std::string& place) {
    if (made_.rules_.size() >= kRulesMax) return;
    const auto index = static_cast<std::uint32_t>(made_.rules_.size());
    Rule& rule = made_.rules_.emplace_back();
    rule.index = index;
    rule.parent = parent;
    rule.depth = parent == kNoRule ? 0 : made_.rules_[parent].depth + 1;
    rule.name = config.name.value;
    rule.label = rule.name.empty() ? place : rule.name;
    rule.when = config.when;
    if (rule.when.program) {
      rule.conjuncts = compile_conjuncts(rule.when.program, context_.environment);
      made_.reads_id_ = made_.reads_id_ || looks_at_id(*rule.when.program, *made_.environment_);
    }
    rule.is_final = config.is_final;
    rule.mark = config.mark;
    auto rewrite = std::make_shared<const Rewrite>(config.rewrite, made_.environment_, context_);
    if (!rewrite->empty()) rule.rewrite = std::move(rewrite);
    resolve_exits(config, rule);
    check_name(config);
    if (rule.depth + 1 < kRuleDepthMax) {
      add_list(config.rules, index, place + ".rules");  // Moves rules_: `rule` is gone after it.
    } else if (!config.rules.empty()) {
      context_.diagnostics.error(
          "out-of-range", config.mark,
          "rules are nested more than " + std::to_string(kRuleDepthMax) + " deep");
    }
    made_.rules_[index].end = static_cast<std::uint32_t>(made_.rules_.size());
  }

  void resolve_exits(const RuleConfig& config, Rule& rule) {
    for (const auto& [name, mark] : config.to) {
      if (const auto exit = made_.find_exit(name)) {
        if (std::find(rule.exits.begin(), rule.exits.end(), *exit) == rule.exits.end()) {
          rule.exits.push_back(*exit);
        }
        continue;
      }
      const std::string_view near = did_you_mean(name, exit_names_);
      context_.diagnostics.error(
          "unknown-exit", mark, "unknown exit `" + name + "`",
          near.empty() ? list_of_exits() : "did you mean `" + std::string(near) + "`?");
    }
  }

  std::string list_of_exits() const {
    if (exit_names_.empty()) return "this configuration has no `exits`";
    return "the exits are: " + join(made_.exits_, ", ");
  }

  void check_name(const RuleConfig& config) {
    if (config.name.value.empty()) return;
    const auto [first, is_new] = names_.emplace(config.name.value, config.name.mark);
    if (is_new) return;
    config::Diagnostic& d = context_.diagnostics.error(
        "duplicate-name", config.name.mark, "another rule is called `" + config.name.value + "`",
        "search and dead letters name rules: give each its own name, or none");
    d.related_text = "first used here";
    d.related = first->second;
  }

  void add_rewrites(const Rule& rule) {
    Range range{static_cast<std::uint32_t>(made_.rewrites_.size()), 0};
    if (rule.parent != kNoRule) {
      const Range inherited = made_.rewrite_ranges_[rule.parent];
      for (std::uint32_t i = 0; i < inherited.count; ++i) {
        made_.rewrites_.push_back(made_.rewrites_[inherited.begin + i]);
      }
    }
    if (rule.rewrite) made_.rewrites_.push_back(rule.rewrite.get());
    range.count = static_cast<std::uint32_t>(made_.rewrites_.size()) - range.begin;
    made_.rewrite_ranges_.push_back(range);
    if (range.count == 0) return;
    for (const std::uint32_t exit : rule.exits) made_.exit_has_rewrites_[exit] = true;
  }

  Ruleset& made_;
  config::ParseContext& context_;
  std::vector<std::string_view> exit_names_;
  std::unordered_map<std::string, config::Mark> names_;
};

std::shared_ptr<const Ruleset> Ruleset::parse(
    const config::Node* rules, std::vector<std::string> exits,
    std::shared_ptr<const tmpl::EventEnvironment> environment, config::ParseContext& context) {
  const std::size_t errors_before = context.diagnostics.count(config::Severity::kError);
  std::vector<RuleConfig> list;
  if (rules != nullptr && !rules->is_null()) {
    // A single rule without a list is read as a list of one; that would hide a missing `-`.
    if (rules->is_list()) {
      config::parse_value(*rules, config::Kind<std::vector<RuleConfig>>::info(), &list, context);
    } else {
      context.diagnostics.error("wrong-type", rules->place(),
                                "`rules` is " + std::string(rules->described()),
                                "write a list: every rule begins with `- `");
    }
  }
  auto made = std::make_shared<Ruleset>();
  made->exits_ = std::move(exits);
  made->environment_ = std::move(environment);
  Builder builder(*made, context);
  builder.add_list(list, kNoRule, "rules");
  if (made->rules_.size() >= kRulesMax) {
    context.diagnostics.error("out-of-range", rules->place(),
                              "more than " + std::to_string(kRulesMax) + " rules");
  }
  builder.finish();
  if (context.diagnostics.count(config::Severity::kError) > errors_before) return nullptr;
  return made;
}

std::optional<std::uint32_t> Ruleset::find_exit(std::string_view name) const {
  const auto found = std::find(exits_.begin(), exits_.end(), name);
  if (found == exits_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - exits_.begin());
}

const Rule* Ruleset::find_rule(std::string_view name) const {
  if (name.empty()) return nullptr;
  const auto found = std::find_if(rules_.begin(), rules_.end(),
                                  [&](const Rule& rule) { return rule.name == name; });
  return found == rules_.end() ? nullptr : &*found;
}

}  // namespace tt::rules
