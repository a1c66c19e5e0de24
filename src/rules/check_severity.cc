// Severity words: constants that no portal writes, found in the syntax tree.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/text.h"
#include "cel/ast.h"
#include "event/severity.h"
#include "rules/check_parts.h"

namespace tt::rules {
namespace {

constexpr std::string_view kWords[] = {"debug", "info",     "notice", "warning",
                                       "error", "critical", "alert",  "emergency"};

bool is_severity(const cel::Expr& expr) { return cel::qualified_name(expr) == "event.severity"; }

bool compares(const cel::Expr& call) {
  return call.kind == cel::ExprKind::kCall &&
         (call.name == cel::op::kEqual || call.name == cel::op::kNotEqual ||
          call.name == cel::op::kIn || call.name == "atLeast" || call.name == "startsWith");
}

class Walk {
 public:
  Walk(CheckContext& context, const config::Node& scalar) : context_(context), scalar_(scalar) {}

  void visit(const cel::Expr& expr) {
    const bool is_comparison =
        compares(expr) && std::any_of(expr.children.begin(), expr.children.end(),
                                      [](const cel::Expr* child) { return is_severity(*child); });
    for (const cel::Expr* child : expr.children) {
      if (is_comparison) look_at(*child, expr.name == "startsWith");
      visit(*child);
    }
  }

 private:
  void look_at(const cel::Expr& expr, bool is_prefix) {
    if (expr.kind == cel::ExprKind::kList) {
      for (const cel::Expr* element : expr.children) look_at(*element, is_prefix);
    }
    if (expr.kind != cel::ExprKind::kLiteral || !expr.literal.is_string()) return;
    const std::string_view word = expr.literal.as_string();
    const bool is_known =
        word.empty() ||  // Asks whether there is a severity at all.
        std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view known) {
          return is_prefix ? known.starts_with(word) : known == word;
        });
    if (is_known) return;
    std::string_view meant = event::normalise_severity(word);
    if (meant.empty()) meant = did_you_mean(word, kWords);
    std::string hint = "portals write debug, info, notice, warning, error, critical, alert or "
                       "emergency; only clients of the events API may send other words";
    if (!meant.empty()) hint = "did you mean `" + std::string(meant) + "`? " + hint;
    context_.diagnostics.warning(
        "severity-word",
        config::mark_inside(context_.files, scalar_, static_cast<std::size_t>(expr.begin),
                            static_cast<std::size_t>(expr.length)),
        "no portal writes the severity `" + std::string(word) + "`", std::move(hint));
  }

  CheckContext& context_;
  const config::Node& scalar_;
};

}  // namespace

void check_severity_words(CheckContext& context, const cel::Program& program,
                          const config::Node& scalar) {
  Walk(context, scalar).visit(program.ast().root());
}

}  // namespace tt::rules
