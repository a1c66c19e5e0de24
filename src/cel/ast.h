// Ast: the syntax tree of one expression after macro expansion.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cel/value.h"

namespace tt::cel {

enum class ExprKind : unsigned char {
  kLiteral,
  kName,    ///< `x`, `.x` (rooted)
  kSelect,  ///< `a.x`, `a.?x` (optional), `has(a.x)` (test_only)
  kCall,    ///< Functions and operators; a receiver is the first child.
  kList,
  kMap,      ///< Children are key, value, key, value.
  kMessage,  ///< `T{f: v}`: understood, never evaluated. Children are the values.
  kFold,     ///< A comprehension: range, then filter (when has_filter), then body.
  kBind,     ///< cel.bind: init, body.
  kUnwrap,   ///< optMap, optFlatMap (flat): optional, body.
};

enum class FoldKind : unsigned char {
  kAll,
  kExists,
  kExistsOne,
  kList,      ///< map, filter, transformList
  kMap,       ///< transformMap
  kMapEntry,  ///< transformMapEntry
};

/// Operators are calls of these names, as in the language definition.
namespace op {
inline constexpr std::string_view kAnd = "_&&_", kOr = "_||_", kNot = "!_", kNegate = "-_",
                                  kConditional = "_?_:_", kEqual = "_==_", kNotEqual = "_!=_",
                                  kLess = "_<_", kLessEqual = "_<=_", kGreater = "_>_",
                                  kGreaterEqual = "_>=_", kIn = "@in", kAdd = "_+_",
                                  kSubtract = "_-_", kMultiply = "_*_", kDivide = "_/_",
                                  kModulo = "_%_", kIndex = "_[_]", kOptionalIndex = "_[?_]";
}  // namespace op

/// One node. `&&` and `||` have two or more children, all other operators as many as they say.
struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  int id = 0;
  int begin = 0;  ///< Byte range of the whole expression.
  int length = 0;
  int mark = 0;  ///< Where the operator or name stands; diagnostics point here.
  int depth = 1;
  Value literal;
  std::string name;       ///< Name, field, function, operator or message type.
  std::string variable;   ///< Of folds, binds, unwraps.
  std::string variable2;  ///< Second variable of a fold (then variable is index or key).
  FoldKind fold = FoldKind::kAll;
  bool rooted = false;
  bool test_only = false;
  bool optional = false;
  bool member = false;  ///< A call with receiver.
  bool flat = false;
  bool has_filter = false;
  std::vector<const Expr*> children;
  std::vector<bool> optional_children;  ///< `[?x]`, `{?k: v}`: by element or entry.
};

/// Owns the text and all nodes. Immutable once parsed.
class Ast {
 public:
  explicit Ast(std::string_view text) : text_(text) {}
  Ast(const Ast&) = delete;
  Ast& operator=(const Ast&) = delete;

  const Expr& root() const { return *root_; }
  const std::string& text() const { return text_; }
  /// Ids are below this.
  int node_count() const { return static_cast<int>(nodes_.size()); }

 private:
  friend class Parser;
  std::string text_;
  std::deque<Expr> nodes_;
  const Expr* root_ = nullptr;
};

/// `a.b.c` for a chain of plain selects that ends in a name, with a leading dot when rooted; empty
/// for anything else.
std::string qualified_name(const Expr& expr);
/// How a call is written for people: `_==_` is `==`.
std::string_view operator_text(std::string_view function);

}  // namespace tt::cel
