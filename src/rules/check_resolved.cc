// Resolved: finds filters that open something at an exit and never let it be closed.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "rules/check_parts.h"

namespace tt::rules {
namespace {

constexpr std::string_view kFiring = "firing";
constexpr std::string_view kResolved = "resolved";

struct StateFields {
  std::optional<cel::FieldUse> state;  ///< event.alert_state
  std::optional<cel::FieldUse> kind;   ///< event.kind, whose last part may be the state.
};

/// True when the test lets `firing` events through and holds back the `resolved` ones.
bool hides_resolved(const Conjunct& conjunct, const StateFields& fields) {
  if (fields.state && reads_only(conjunct, *fields.state)) {
    return holds_for(conjunct, *fields.state, kFiring) &&
           !holds_for(conjunct, *fields.state, kResolved);
  }
  if (!fields.kind || !reads_only(conjunct, *fields.kind)) return false;
  for (const cel::FieldTest& test : conjunct.program->required_tests()) {
    if (!test.is_one_of_texts()) continue;
    for (const std::string& value : test.texts) {
      if (!value.ends_with(":firing")) continue;
      std::string twin = value;
      twin.replace(twin.size() - kFiring.size(), kFiring.size(), kResolved);
      if (!holds_for(conjunct, *fields.kind, twin)) return true;
    }
  }
  return false;
}

/// True when the test looks at the state alone and `resolved` passes.
bool is_for_resolved(const Conjunct& conjunct, const StateFields& fields) {
  return fields.state && reads_only(conjunct, *fields.state) &&
         holds_for(conjunct, *fields.state, kResolved);
}

const PathTest* hiding_test(const std::vector<PathTest>& path, const StateFields& fields) {
  const auto found = std::find_if(path.begin(), path.end(), [&](const PathTest& test) {
    return hides_resolved(*test.conjunct, fields);
  });
  return found == path.end() ? nullptr : &*found;
}

/// Whether `other` sends on the resolved events of what passes `path`: it demands nothing beyond
/// what the path demands, the state left aside.
bool brings_resolved(const std::vector<PathTest>& path, const std::vector<PathTest>& other,
                     const StateFields& fields) {
  if (hiding_test(other, fields) != nullptr) return false;
  std::set<std::string_view> demanded;
  for (const PathTest& test : path) demanded.insert(test.text());
  return std::all_of(other.begin(), other.end(), [&](const PathTest& test) {
    return is_for_resolved(*test.conjunct, fields) || demanded.contains(test.text());
  });
}

bool names(const Rule& rule, std::uint32_t exit) {
  return std::find(rule.exits.begin(), rule.exits.end(), exit) != rule.exits.end();
}

/// A final rule before `rule`, in its list or in that of a parent, that takes all `resolved` events
/// and does not send them to the exit.
const Rule* discarding_rule(const CheckContext& context, const Rule& rule, std::uint32_t exit,
                            const StateFields& fields) {
  const auto rules = context.ruleset.rules();
  for (const Rule* level = &rule;; level = &rules[level->parent]) {
    const std::uint32_t begin = level->parent == kNoRule ? 0 : level->parent + 1;
    for (std::uint32_t i = begin; i < level->index; i = rules[i].end) {
      const Rule& before = rules[i];
      const bool takes_resolved =
          before.is_final && !before.conjuncts.empty() &&
          std::all_of(before.conjuncts.begin(), before.conjuncts.end(),
                      [&](const Conjunct& c) { return is_for_resolved(c, fields); });
      const bool feeds = std::any_of(rules.begin() + i, rules.begin() + before.end,
                                     [&](const Rule& r) { return names(r, exit); });
      if (takes_resolved && !feeds) return &before;
    }
    if (level->parent == kNoRule) return nullptr;
  }
}

void check_exit(CheckContext& context, std::uint32_t exit, const StateFields& fields) {
  std::vector<const Rule*> feeding;
  std::vector<std::vector<PathTest>> paths;
  for (const Rule& rule : context.ruleset.rules()) {
    if (context.is_dead[rule.index] || !names(rule, exit)) continue;
    feeding.push_back(&rule);
    paths.push_back(tests_on_path(context.ruleset, rule));
  }
  const std::string what = "exit `" + context.ruleset.exits()[exit] +
                           "` has a life cycle but never learns that an alert is over: ";
  for (std::size_t i = 0; i < feeding.size(); ++i) {
    if (const PathTest* test = hiding_test(paths[i], fields)) {
      const bool is_brought = std::any_of(paths.begin(), paths.end(), [&](const auto& other) {
        return brings_resolved(paths[i], other, fields);
      });
      if (is_brought) continue;
      context.diagnostics.warning(
          "resolved-hidden", mark_of(context, *test),
          what + "`" + std::string(test->text()) + "` hides `resolved`",
          "leave this condition out: the exit opens and closes by `alert_state` itself");
    } else if (const Rule* before = discarding_rule(context, *feeding[i], exit, fields)) {
      context.diagnostics.warning(
          "resolved-hidden", before->mark,
          what + said(*before) + " discards `resolved` before " + said(*feeding[i]),
          "put it after that rule");
    }
  }
}

}  // namespace

void check_resolved(CheckContext& context) {
  const StateFields fields{event_field(context.ruleset, "alert_state"),
                           event_field(context.ruleset, "kind")};
  if (!fields.state && !fields.kind) return;
  for (const ExitFacts& exit : context.exits) {
    const auto index = context.ruleset.find_exit(exit.name);
    if (index && exit.has_life_cycle) check_exit(context, *index, fields);
  }
}

}  // namespace tt::rules
