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

constexpr std::string_view kSeverities[] = {"debug", "info",     "notice", "warning",
                                            "error", "critical", "alert",  "emergency"};

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

class Walk {
 public:
  Walk(CheckContext& context, const config::Node& scalar) : context_(context), scalar_(scalar) {
    if (context.options.entries == nullptr) return;
    entries_.assign(context.options.entries->begin(), context.options.entries->end());
  }

  void visit(const cel::Expr& expr) {
    for (const cel::Expr* child : expr.children) {
      if (compares(expr)) look_beside(expr, cel::qualified_name(*child));
      visit(*child);
    }
  }

 private:
  /// Looks at all constants that the call compares with `field`.
  void look_beside(const cel::Expr& call, std::string_view field) {
    const bool is_severity = field == "event.severity";
    if (!is_severity && (field != "meta.entry" || context_.options.entries == nullptr)) return;
    for (const cel::Expr* child : call.children) {
      for_each_text(*child, [&](const cel::Expr& literal, std::string_view word) {
        const bool is_prefix = call.name == "startsWith";
        if (is_severity) {
          check_severity(literal, word, is_prefix);
        } else {
          check_entry(literal, word, is_prefix);
        }
      });
    }
  }

  template <class Visit>
  static void for_each_text(const cel::Expr& expr, Visit visit) {
    if (expr.kind == cel::ExprKind::kList) {
      for (const cel::Expr* element : expr.children) for_each_text(*element, visit);
    } else if (expr.kind == cel::ExprKind::kLiteral && expr.literal.is_string()) {
      visit(expr, expr.literal.as_string());
    }
  }

  void check_severity(const cel::Expr& literal, std::string_view word, bool is_prefix) {
    // The empty text asks whether there is a severity at all.
    if (word.empty() || is_one_of(word, is_prefix, kSeverities)) return;
    std::string_view meant = normalise_severity(word);
    if (meant.empty()) meant = did_you_mean(word, kSeverities);
    std::string hint =
        "portals write debug, info, notice, warning, error, critical, alert or emergency; only "
        "clients of the events API may send other words";
    if (!meant.empty()) hint = "did you mean `" + std::string(meant) + "`? " + hint;
    context_.diagnostics.warning("severity-word", mark_of(literal),
                                 "no portal writes the severity `" + std::string(word) + "`",
                                 std::move(hint));
  }

  void check_entry(const cel::Expr& literal, std::string_view word, bool is_prefix) {
    if (is_one_of(word, is_prefix, entries_)) return;
    const std::string_view near = did_you_mean(word, entries_);
    context_.diagnostics.warning("unknown-entry", mark_of(literal),
                                 "no entry is called `" + std::string(word) + "`",
                                 near.empty() ? "" : "did you mean `" + std::string(near) + "`?");
  }

  config::Mark mark_of(const cel::Expr& literal) const {
    return config::mark_inside(context_.files, scalar_, static_cast<std::size_t>(literal.begin),
                               static_cast<std::size_t>(literal.length));
  }

  CheckContext& context_;
  const config::Node& scalar_;
  std::vector<std::string_view> entries_;
};

}  // namespace

void check_words(CheckContext& context, const cel::Program& program, const config::Node& scalar) {
  Walk(context, scalar).visit(program.ast().root());
}

}  // namespace tt::rules
