// Ruleset: the rules of one generation, checked, compiled and flattened; shared by all threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/expression.h"
#include "config/node.h"
#include "config/parse.h"
#include "event/event.h"
#include "rules/field_index.h"
#include "rules/rewrite.h"
#include "template/event_scope.h"

namespace tt::rules {

struct RuleConfig;

constexpr std::uint32_t kNoRule = 0xffffffff;
/// Rules of one ruleset, nested ones counted.
constexpr std::size_t kRulesMax = 100'000;
constexpr std::size_t kRuleDepthMax = 32;

/// An operand of the top-level `&&` of a `when`; the whole when its top level is no `&&`.
struct Conjunct {
  std::size_t begin = 0;  ///< In the text of the `when`.
  std::size_t length = 0;
  std::shared_ptr<const cel::Program> program;
};

/// One rule. Rules are numbered as they stand in the file, a parent before its children, so the
/// order of indexes is the order in which rules decide.
struct Rule {
  std::uint32_t index = 0;
  std::uint32_t parent = kNoRule;
  std::uint32_t end = 0;  ///< One past its last descendant: the next rule of its list.
  std::uint32_t depth = 0;
  std::string name;         ///< As written; may be empty.
  std::string label;        ///< The name, else the place: `rules[2].rules[0]`.
  config::Expression when;  ///< Empty: matches always.
  std::vector<Conjunct> conjuncts;
  std::shared_ptr<const Rewrite> rewrite;  ///< Its own; null when it has none.
  std::vector<std::uint32_t> exits;        ///< Indexes into Ruleset::exits(), as written.
  bool is_final = false;
  config::Mark mark;
};

/// Immutable and thread safe.
class Ruleset {
 public:
  /// Reads and compiles `rules` (null: none). `exits` are the names that `to` may use, in the order
  /// that gives them their indexes. `context.environment` has to be that of `environment`, with all
  /// `let` names added. Null after errors, which are reported; warnings come from check_rules().
  static std::shared_ptr<const Ruleset> parse(
      const config::Node* rules, std::vector<std::string> exits,
      std::shared_ptr<const tmpl::EventEnvironment> environment, config::ParseContext& context);

  const std::vector<std::string>& exits() const { return exits_; }
  std::optional<std::uint32_t> find_exit(std::string_view name) const;
  std::span<const Rule> rules() const { return rules_; }
  const Rule& rule(std::uint32_t index) const { return rules_[index]; }
  /// Null when no rule has this name.
  const Rule* find_rule(std::string_view name) const;
  const tmpl::EventEnvironment& environment() const { return *environment_; }
  const std::shared_ptr<const tmpl::EventEnvironment>& shared_environment() const {
    return environment_;
  }
  const FieldIndex& field_index() const { return field_index_; }

  /// What the rule changes: inherited rewrites first, outermost first, then its own.
  std::span<const Rewrite* const> rewrites(const Rule& rule) const {
    const Range r = rewrite_ranges_[rule.index];
    return std::span(rewrites_).subspan(r.begin, r.count);
  }
  /// Whether any rule that names the exit changes events.
  bool has_rewrites(std::uint32_t exit) const { return exit_has_rewrites_[exit]; }
  /// Whether any `when` looks at `meta.id`; where not, callers need not make that text.
  bool reads_id() const { return reads_id_; }

 private:
  struct Range {
    std::uint32_t begin = 0, count = 0;
  };
  class Builder;

  std::vector<std::string> exits_;
  std::vector<Rule> rules_;
  std::shared_ptr<const tmpl::EventEnvironment> environment_;
  FieldIndex field_index_;
  std::vector<const Rewrite*> rewrites_;
  std::vector<Range> rewrite_ranges_;
  std::vector<bool> exit_has_rewrites_;
  bool reads_id_ = false;
};

}  // namespace tt::rules
