// Constants: tests whose answer is the same for all events.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "base/severity.h"
#include "cel/ast.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

// A value that is none of those that people write.
constexpr std::string_view kOther = "\x01 another value";

/// Collects the texts that a test compares its one field with. False when it does anything else
/// with the field: then trying values proves nothing.
class ComparedTexts {
 public:
  bool collect(const cel::Expr& test) {
    if (test.kind != cel::ExprKind::kCall) return false;
    if (test.member) return collect_rank(test);
    if (test.name == cel::op::kAnd || test.name == cel::op::kOr || test.name == cel::op::kNot) {
      return std::all_of(test.children.begin(), test.children.end(),
                         [&](const cel::Expr* child) { return collect(*child); });
    }
    if (test.children.size() != 2) return false;
    const cel::Expr &left = *test.children[0], &right = *test.children[1];
    if (test.name == cel::op::kEqual || test.name == cel::op::kNotEqual) {
      return (is_field(left) && add(right)) || (is_field(right) && add(left));
    }
    if (test.name != cel::op::kIn || !is_field(left)) return false;
    return right.kind == cel::ExprKind::kList &&
           std::all_of(right.children.begin(), right.children.end(),
                       [&](const cel::Expr* one) { return add(*one); });
  }
  const std::set<std::string>& texts() const { return texts_; }

 private:
  static bool is_field(const cel::Expr& expr) {
    return expr.kind == cel::ExprKind::kSelect && !expr.test_only && !expr.optional &&
           !cel::qualified_name(expr).empty();
  }
  bool add(const cel::Expr& expr) {
    if (is_text(expr)) texts_.emplace(expr.literal.as_string());
    return is_text(expr);
  }
  bool collect_rank(const cel::Expr& call) {
    if (call.name != "atLeast" || call.children.size() != 2 || !is_field(*call.children[0])) {
      return false;
    }
    texts_.insert(kSeverityWords.begin(), kSeverityWords.end());
    return is_text(*call.children[1]);
  }

  std::set<std::string> texts_;
};

/// The answer to a test of one field with texts, when it is the same for every value.
std::optional<bool> answer_for_all(const Conjunct& conjunct) {
  if (const cel::Value* constant = conjunct.program->constant()) return constant->is_true();
  const auto& fields = conjunct.program->fields();
  if (fields.size() != 1 || !reads_only(conjunct, fields.front())) return std::nullopt;
  ComparedTexts compared;
  if (!compared.collect(conjunct.program->ast().root())) return std::nullopt;
  std::set<std::string> values = compared.texts();
  values.insert({std::string(), std::string(kOther)});
  std::optional<bool> answer;
  for (const std::string& value : values) {
    const bool one = holds_for(conjunct, fields.front(), value);
    if (answer.value_or(one) != one) return std::nullopt;
    answer = one;
  }
  return answer;
}

void report_always(CheckContext& context, const PathTest& test) {
  const bool is_constant = test.conjunct->program->constant() != nullptr;
  const bool is_whole = test.rule->conjuncts.size() == 1;
  const bool has_or = test.conjunct->program->ast().root().name == cel::op::kOr;
  context.diagnostics.warning("rule-always-matches", mark_of(context, test),
                              "`" + std::string(test.text()) + "` is " +
                                  (is_constant ? "always true" : "true whatever the field is"),
                              has_or && !is_constant ? "one side always holds: did you mean `&&`?"
                              : is_whole             ? "a rule without `when` takes every event"
                                                     : "leave it out");
}

void report_never(CheckContext& context, const PathTest& test) {
  const cel::Value* constant = test.conjunct->program->constant();
  context.diagnostics.warning(
      "rule-never-matches", mark_of(context, test),
      said(*test.rule) + " never matches: `" + std::string(test.text()) + "` is always " +
          (constant != nullptr && constant->is_error() ? "an error" : "false"));
}

}  // namespace

void check_constants(CheckContext& context) {
  for (const Rule& rule : context.ruleset.rules()) {
    for (const Conjunct& conjunct : rule.conjuncts) {
      if (context.is_dead[rule.index]) continue;
      const std::optional<bool> answer = answer_for_all(conjunct);
      if (!answer) continue;
      if (*answer) {
        report_always(context, {&rule, &conjunct});
      } else {
        report_never(context, {&rule, &conjunct});
        mark_dead(context, rule);
      }
    }
  }
}

}  // namespace tt::rules
