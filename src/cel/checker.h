// Checker: what every name refers to and which type every expression has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/diagnostic.h"
#include "cel/environment.h"
#include "cel/unify.h"

namespace tt::cel {

/// What a node of the tree stands for; kNone for nodes that are computed from their children.
struct Reference {
  enum class Kind : unsigned char {
    kNone,
    kUnknown,   ///< Nothing has that name; an error when evaluated.
    kLocal,     ///< index: slot among the locals.
    kVariable,  ///< index
    kRecord,    ///< index: the whole record.
    kField,     ///< index: record, name: dotted; test_only and optional as in field_*.
    kDefinition,
    kType,
  } kind = Kind::kNone;
  int index = 0;
  int index2 = -1;              ///< Slot of the second variable of a fold.
  std::string name;             ///< Field, or the qualified name of a called function.
  bool qualified_call = false;  ///< `math.abs(x)`: the receiver is part of the name.
  bool test_only = false;       ///< Of a field: has().
  bool optional = false;        ///< Of a field: `.?` stands somewhere in the chain.
  RecordField field;
  Type type;  ///< Of kType.
  std::shared_ptr<const Program> definition;
};

/// The checker's findings, by Expr::id.
struct Annotations {
  std::vector<Type> types;
  std::vector<Reference> references;
  int locals = 0;
  Type type;  ///< Of the root.
  std::vector<Diagnostic> diagnostics;
};

/// With `strict` false, findings about types and unknown names are dropped: they become errors of
/// the evaluation.
Annotations annotate(const Ast& ast, const Environment& environment, bool strict);

class Checker {
 public:
  Checker(const Ast& ast, const Environment& environment);
  Annotations run();

 private:
  struct Local {
    std::string name;
    Type type;
    int slot;
  };
  struct Path {
    const Environment::Record* record = nullptr;
    std::string name;
    bool optional = false;
  };

  Type check(const Expr& expr);
  Type check_kind(const Expr& expr);
  Type check_name(const Expr& expr);
  Type check_select(const Expr& expr);
  Type select_from(const Expr& expr, const Type& operand);
  Type check_list(const Expr& expr);
  Type check_map(const Expr& expr);
  Type check_fold(const Expr& expr);
  Type check_bind(const Expr& expr);
  Type check_unwrap(const Expr& expr);
  Type check_call(const Expr& expr);
  Type check_logic(const Expr& expr);
  Type resolve_call(const Expr& expr, const FunctionDeclaration& function,
                    const std::vector<Type>& arguments, bool member);
  Type element_of_optional(const Expr& expr, const Type& type);

  bool refer_to_name(const Expr& expr, const std::string& qualified, Type& type);
  bool refer_to_field(const Expr& expr, Type& type);
  bool path_of(const Expr& expr, Path& path) const;
  const Environment::Record* record_of(const Expr& expr) const;
  const FunctionDeclaration* qualified_function(const Expr& call, std::string& name) const;
  const Local* find_local(std::string_view name) const;
  int push_local(const std::string& name, Type type);
  void pop_locals(std::size_t count) { locals_.resize(locals_.size() - count); }
  bool fold_variables(const Expr& expr, const Type& range, Type& first, Type& second);

  /// `negation`: the outermost `!` or `!=` around `test`, or null.
  void warn_of_absent_fields(const Expr& test, const Expr* negation);
  void refuse_order_of_severity(const Expr& call);
  void report_no_overload(const Expr& call, const FunctionDeclaration& function,
                          const std::vector<Type>& arguments, bool member);
  Type report_unknown_name(const Expr& expr);
  Type report_unknown_function(const Expr& expr);
  Diagnostic& report(Severity severity, std::string code, int begin, int length, std::string text,
                     std::string hint = {});
  Reference& reference(const Expr& expr) {
    return out_.references[static_cast<std::size_t>(expr.id)];
  }

  const Ast& ast_;
  const Environment& environment_;
  Substitution types_;
  std::vector<Local> locals_;
  std::set<std::string> guarded_;  ///< Fields that has() or `.?` asks for anywhere.
  std::set<std::string> warned_;
  Annotations out_;
};

/// `event.a` when `a` can be written so, else with back quotes or brackets.
std::string field_text(const std::string& record, const std::string& dotted_name);

}  // namespace tt::cel
