// Expressions: goes through all conditions, definitions and templates of the configuration, each
// with what the events that reach it can have.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "cel/program.h"
#include "rules/check_parts.h"
#include "template/holes.h"

namespace tt::rules {

config::Mark mark_of(const CheckContext& context, const ExpressionPlace& place,
                     const cel::Expr& part) {
  return config::mark_inside(context.files, place.scalar,
                             place.begin + static_cast<std::size_t>(part.begin),
                             static_cast<std::size_t>(part.length));
}

namespace {

void add_set_names(const config::Node& node, std::vector<std::string>& names) {
  if (const config::Node* set = node.find("set"); set != nullptr && set->is_map()) {
    for (const config::Node& member : set->children) names.push_back(member.key);
  }
  if (const config::Node* rules = node.find("rules"); rules != nullptr && rules->is_list()) {
    for (const config::Node& rule : rules->children) add_set_names(rule, names);
  }
}

class Everything {
 public:
  explicit Everything(CheckContext& context) : context_(context) {
    if (context.options.entries == nullptr) return;
    for (const EntryFacts& entry : *context.options.entries) all_.add(entry);
  }

  void check() {
    for (const Rule& rule : context_.ruleset.rules()) {
      if (!rule.when.program || context_.is_dead[rule.index]) continue;
      check_expression(rule.when.program->ast(), rule.when.node, 0, reaching(rule));
    }
    if (context_.options.root == nullptr) return;
    check_lets();
    if (const config::Node* rules = context_.options.root->find("rules")) {
      std::uint32_t next = 0;
      check_rule_list(*rules, next);
    }
    check_exits();
  }

 private:
  void check_expression(const cel::Ast& ast, const config::Node& scalar, std::size_t begin,
                        const Produced& produced) {
    const ExpressionPlace place{scalar, begin, produced};
    check_words(context_, ast.root(), place);
    check_calls(context_, ast, place);
    check_fields(context_, ast.root(), place);
  }

  /// What the entries bring whose events pass the tests on `meta.entry` up to the rule.
  const Produced& reaching(const Rule& rule) {
    const auto& layout = context_.ruleset.environment().meta_layout();
    const int slot = layout.find("entry");
    if (slot < 0 || context_.options.entries == nullptr) return all_;
    const cel::FieldUse field{tmpl::kMetaRecord, slot};
    std::vector<const Conjunct*> tests;
    for (const PathTest& test : tests_on_path(context_.ruleset, rule)) {
      if (reads_only(*test.conjunct, field)) tests.push_back(test.conjunct);
    }
    std::vector<bool> passes;
    for (const EntryFacts& entry : *context_.options.entries) {
      passes.push_back(std::all_of(tests.begin(), tests.end(), [&](const Conjunct* test) {
        return holds_for(*test, field, entry.name);
      }));
    }
    const auto [known, is_new] = by_entries_.try_emplace(passes);
    for (std::size_t i = 0; is_new && i < passes.size(); ++i) {
      if (passes[i]) known->second.add((*context_.options.entries)[i]);
    }
    return known->second;
  }

  void check_lets() {
    const config::Node* lets = context_.options.root->find("let");
    if (lets == nullptr || !lets->is_map()) return;
    for (const config::Node& member : lets->children) {
      const auto* program =
          context_.ruleset.environment().environment().find_definition(member.key);
      if (program != nullptr && *program) {
        check_expression((*program)->ast(), member, 0, all_);
      }
    }
  }

  /// The nodes stand in the order of the ruleset; `next` is the index of the first.
  void check_rule_list(const config::Node& list, std::uint32_t& next) {
    if (!list.is_list()) return;
    for (const config::Node& node : list.children) {
      if (next >= context_.ruleset.rules().size()) return;
      const Rule& rule = context_.ruleset.rule(next++);
      const config::Node* set = node.find("set");
      if (set != nullptr && !context_.is_dead[rule.index]) check_templates(*set, reaching(rule));
      if (const config::Node* rules = node.find("rules")) check_rule_list(*rules, next);
    }
  }

  /// Exits see what rules and their own `set` have written.
  void check_exits() {
    const config::Node* exits = context_.options.root->find("exits");
    if (exits == nullptr) return;
    Produced produced = all_;
    std::vector<std::string> names;
    add_set_names(*context_.options.root, names);
    for (const config::Node& exit : exits->children) add_set_names(exit, names);
    for (const std::string& name : names) produced.add_field(name);
    for (const config::Node& exit : exits->children) check_templates(exit, produced);
  }

  void check_templates(const config::Node& node, const Produced& produced) {
    for (const config::Node& child : node.children) check_templates(child, produced);
    if (!node.is_scalar() || node.text.find("{{") == std::string::npos) return;
    std::vector<tmpl::TemplateError> errors;
    for (const tmpl::Hole& hole : tmpl::find_holes(node.text, errors)) {
      const cel::Parsed parsed =
          cel::parse(std::string_view(node.text).substr(hole.begin, hole.length));
      if (parsed.ast) check_expression(*parsed.ast, node, hole.begin, produced);
    }
  }

  CheckContext& context_;
  Produced all_;
  std::map<std::vector<bool>, Produced> by_entries_;
};

}  // namespace

void check_expressions(CheckContext& context) { Everything(context).check(); }

}  // namespace tt::rules
