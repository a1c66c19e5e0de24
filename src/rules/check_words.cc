// Words: constants in comparisons that the compared field never has, found in the syntax tree.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/severity.h"
#include "base/text.h"
#include "cel/ast.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

bool compares(const cel::Expr& call) {
  return call.kind == cel::ExprKind::kCall &&
         (call.name == cel::op::kEqual || call.name == cel::op::kNotEqual ||
          call.name == cel::op::kIn || call.name == "atLeast" || call.name == "startsWith");
}

bool is_one_of(std::string_view word, bool is_prefix, std::span<const std::string_view> known) {
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) {
    return is_prefix ? k.starts_with(word) : k == word;
  });
}

template <class Visit>
void for_each_text(const cel::Expr& expr, Visit visit) {
  if (expr.kind == cel::ExprKind::kList) {
    for (const cel::Expr* element : expr.children) for_each_text(*element, visit);
  } else if (expr.kind == cel::ExprKind::kLiteral && expr.literal.is_string()) {
    visit(expr, expr.literal.as_string());
  }
}

std::string did_you(std::string_view meant) {
  return meant.empty() ? "" : "did you mean `" + std::string(meant) + "`?";
}

class WordWalk {
 public:
  WordWalk(CheckContext& context, const ExpressionPlace& place)
      : context_(context), place_(place) {}

  void visit(const cel::Expr& expr) {
    for (const cel::Expr* child : expr.children) {
      if (compares(expr)) look_beside(expr, cel::qualified_name(*child));
      visit(*child);
    }
  }

 private:
  using Look = void (WordWalk::*)(const cel::Expr& literal, std::string_view word,
                                  const cel::Expr& call);

  /// Looks at all constants that the call compares with `field`.
  void look_beside(const cel::Expr& call, std::string_view field) {
    const Look look = field == "event.severity" ? &WordWalk::look_at_severity
                      : field == "event.kind"   ? &WordWalk::look_at_kind
                      : field == "meta.entry"   ? &WordWalk::look_at_entry
                                                : nullptr;
    if (look == nullptr) return;
    for (const cel::Expr* child : call.children) {
      for_each_text(*child, [&](const cel::Expr& literal, std::string_view word) {
        (this->*look)(literal, word, call);
      });
    }
  }

  void look_at_severity(const cel::Expr& literal, std::string_view word, const cel::Expr& call) {
    // The empty text asks whether there is a severity at all.
    if (word.empty()) return;
    if (!is_one_of(word, is_prefix(call), kSeverityWords)) return report_severity(literal, word);
    // A higher rank is written by some entry, or it is not: `atLeast` asks for all of them.
    if (is_prefix(call)) return;
    const auto first = std::find(kSeverityWords.begin(), kSeverityWords.end(), word);
    const auto last = call.name == "atLeast" ? kSeverityWords.end() : first + 1;
    const bool is_written = std::any_of(first, last, [&](std::string_view one) {
      return place_.produced.severity(one).kind == Occurrence::Kind::kPossible;
    });
    if (is_written) return;
    std::string words;
    for (const std::string_view one : kSeverityWords) {
      if (!place_.produced.severities().contains(one)) continue;
      words += (words.empty() ? "" : ", ") + std::string(one);
    }
    context_.diagnostics.warning("severity-word", mark_of(context_, place_, literal),
                                 place_.produced.subject("writes") + " severity `" +
                                     std::string(word) + "`" +
                                     (call.name == "atLeast" ? " or above" : ""),
                                 "there are: " + words);
  }

  void report_severity(const cel::Expr& literal, std::string_view word) {
    std::string_view meant = normalise_severity(word);
    if (meant.empty()) meant = did_you_mean(word, kSeverityWords);
    std::string hint =
        "portals write debug, info, notice, warning, error, critical, alert or emergency; only "
        "clients of the events API may send other words";
    if (!meant.empty()) hint = did_you(meant) + " " + hint;
    context_.diagnostics.warning("severity-word", mark_of(context_, place_, literal),
                                 "no portal writes the severity `" + std::string(word) + "`",
                                 std::move(hint));
  }

  void look_at_kind(const cel::Expr& literal, std::string_view word, const cel::Expr& call) {
    const Occurrence found = place_.produced.kind(word, is_prefix(call));
    if (found.kind == Occurrence::Kind::kPossible) return;
    const std::string start = found.kind == Occurrence::Kind::kSlip
                                  ? "no known kind "
                                  : place_.produced.subject("produces") + " kind that ";
    context_.diagnostics.warning(
        "unknown-kind", mark_of(context_, place_, literal),
        start + (is_prefix(call) ? "starts with `" : "is called `") + std::string(word) + "`",
        found.meant.empty() ? "the kinds are listed in docs/events.md" : did_you(found.meant));
  }

  void look_at_entry(const cel::Expr& literal, std::string_view word, const cel::Expr& call) {
    if (context_.options.entries == nullptr) return;
    std::vector<std::string_view> names;
    for (const EntryFacts& entry : *context_.options.entries) names.push_back(entry.name);
    if (is_one_of(word, is_prefix(call), names)) return;
    context_.diagnostics.warning("unknown-entry", mark_of(context_, place_, literal),
                                 "no entry is called `" + std::string(word) + "`",
                                 did_you(did_you_mean(word, names)));
  }

  static bool is_prefix(const cel::Expr& call) { return call.name == "startsWith"; }

  CheckContext& context_;
  const ExpressionPlace& place_;
};

}  // namespace

void check_words(CheckContext& context, const cel::Expr& root, const ExpressionPlace& place) {
  WordWalk(context, place).visit(root);
}

}  // namespace tt::rules
