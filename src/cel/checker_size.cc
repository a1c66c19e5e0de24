// How large an expression is once its definitions stand in it: forty names that each use the one
// before twice are short to write and never end.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "cel/checker.h"
#include "cel/limits.h"
#include "cel/program.h"

namespace tt::cel {
namespace {

class Size {
 public:
  explicit Size(const Environment& environment) : environment_(environment) {}

  /// Parts of the expression and of what its names stand for; stops counting beyond the limit.
  std::int64_t of(const Expr& expr) {
    std::int64_t parts = 1;
    if (expr.kind == ExprKind::kName) {
      if (const auto* definition = environment_.find_definition(expr.name)) {
        parts += of_definition(**definition);
      }
    }
    for (const Expr* child : expr.children) {
      parts = std::min<std::int64_t>(parts + of(*child), kNodesMax + 1);
    }
    return parts;
  }

 private:
  std::int64_t of_definition(const Program& program) {
    const auto known = sizes_.find(&program);
    if (known != sizes_.end()) return known->second;
    // Definitions are compiled before their users, so this ends.
    const std::int64_t parts = of(program.ast().root());
    sizes_.emplace(&program, parts);
    return parts;
  }

  const Environment& environment_;
  std::map<const Program*, std::int64_t> sizes_;
};

}  // namespace

void Checker::refuse_expansion() {
  const auto is_definition = [](const Reference& to) {
    return to.kind == Reference::Kind::kDefinition;
  };
  if (std::none_of(out_.references.begin(), out_.references.end(), is_definition)) return;
  if (Size(environment_).of(ast_.root()) <= kNodesMax) return;
  report(Severity::kError, "limit", ast_.root().begin, ast_.root().length,
         "with what its names stand for the expression has more than " + std::to_string(kNodesMax) +
             " parts");
}

}  // namespace tt::cel
