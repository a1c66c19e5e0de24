// Which subexpressions programs share, and the canonical text by which they know them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cel/planner.h"

namespace tt::cel {
namespace {

/// Writes what a subtree means, references resolved, so that equal keys mean equal values.
class KeyWriter {
 public:
  explicit KeyWriter(const std::vector<Reference>& references) : references_(references) {}

  /// False when the subtree reads a variable that is bound outside of it.
  bool write(const Expr& expr) {
    const Reference& to = references_[static_cast<std::size_t>(expr.id)];
    number(static_cast<int>(expr.kind));
    number(static_cast<int>(to.kind));
    number(expr.test_only << 0 | expr.optional << 1 | expr.member << 2 | expr.flat << 3 |
           expr.has_filter << 4 | to.test_only << 5 | to.optional << 6 | to.qualified_call << 7);
    switch (to.kind) {
      case Reference::Kind::kLocal:
        number(to.index);
        return std::find(bound_.begin(), bound_.end(), to.index) != bound_.end();
      case Reference::Kind::kVariable:
      case Reference::Kind::kRecord:
        number(to.index);
        return true;
      case Reference::Kind::kField:
        number(to.index);
        text(to.name);
        return true;
      case Reference::Kind::kDefinition:
        text(std::to_string(reinterpret_cast<std::uintptr_t>(to.definition.get())));
        return true;
      case Reference::Kind::kType:
        text(to.type.to_string());
        return true;
      case Reference::Kind::kUnknown:
      case Reference::Kind::kNone:
        return write_parts(expr, to);
    }
    return false;
  }
  std::string take() { return std::move(key_); }

 private:
  bool write_parts(const Expr& expr, const Reference& to) {
    text(expr.name);
    text(to.name);
    if (expr.kind == ExprKind::kLiteral) {
      number(static_cast<int>(expr.literal.kind()));
      text(to_json_text(expr.literal));
    }
    if (expr.kind == ExprKind::kFold) {
      number(static_cast<int>(expr.fold));
      bind(to.index);
      bind(to.index2);
    } else if (expr.kind == ExprKind::kBind || expr.kind == ExprKind::kUnwrap) {
      bind(to.index);
    }
    for (const bool optional : expr.optional_children) number(optional);
    number(static_cast<int>(expr.children.size()));
    return std::all_of(expr.children.begin(), expr.children.end(),
                       [this](const Expr* child) { return write(*child); });
  }
  // Slots are given by nesting: one that is bound in here is none of those bound outside.
  void bind(int slot) {
    number(slot);
    bound_.push_back(slot);
  }
  void number(int value) {
    key_ += std::to_string(value);
    key_ += ' ';
  }
  void text(std::string_view text) {
    number(static_cast<int>(text.size()));
    key_ += text;
  }

  const std::vector<Reference>& references_;
  std::vector<int> bound_;
  std::string key_;
};

/// Whether looking the value up is cheaper than making it: not for what one comparison gives.
bool is_worth_sharing(const Expr& expr, const Reference& to) {
  if (to.kind == Reference::Kind::kDefinition || expr.kind == ExprKind::kFold) return true;
  if (expr.kind != ExprKind::kCall || is_operator(expr)) return false;
  return expr.name != "startsWith" && expr.name != "endsWith";
}

}  // namespace

NodePtr Planner::shared(const Expr& expr, NodePtr node) {
  if (!shares_ || node->constant() || !is_worth_sharing(expr, reference(expr))) return node;
  KeyWriter writer(annotations_.references);
  if (!writer.write(expr)) return node;
  const int slot = environment_.shared_layout()->slot_of(writer.take());
  return slot < 0 ? std::move(node) : make_shared_node(slot, std::move(node));
}

}  // namespace tt::cel
