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

  void refuse_expansion();
  /// True when it was one, and is reported.
  bool refuse_order_of_severity(const Expr& call);
  /// `event.message.length`: a step below a field that has none. True when reported.
  bool refuse_step_below(const Path& path, const Expr& expr);
  void report_no_overload(const Expr& call, const FunctionDeclaration& function,
                          const std::vector<Type>& arguments, bool member);
  std::string expected_by(const Expr& call, const FunctionDeclaration& function,
                          const std::vector<Type>& found, bool member) const;
  std::string hint_for_operands(const Expr& call, const std::vector<Type>& found) const;
  std::string hint_for_receiver(const Expr& call, const FunctionDeclaration& function,
                                const std::vector<Type>& found, bool member) const;
  /// Of a comparison of `one` with `other`, as written in `call`.
  std::string hint_for_pair(const Expr& call, const Expr& one, const Type& type, const Expr& other,
                            const Type& other_type) const;
  std::string hint_for_bool(const Expr& expr, const Type& type, bool negated) const;
  /// `x == "a" || "b"`, said with `in`.
  std::string hint_for_alternatives(const Expr& logic, const Expr& operand) const;
  Type report_unknown_name(const Expr& expr);
  /// Of a comparison: names in it that nothing has were meant as texts.
  void suggest_quotes(const Expr& value);
  Type report_unknown_function(const Expr& expr);
  Diagnostic& report(Severity severity, std::string code, int begin, int length, std::string text,
                     std::string hint = {});
  Reference& reference(const Expr& expr) {
    return out_.references[static_cast<std::size_t>(expr.id)];
  }
  const Reference& reference(const Expr& expr) const {
    return out_.references[static_cast<std::size_t>(expr.id)];
  }
  /// The expression as written.
  std::string text_of(const Expr& expr) const;
  /// A type in the words of diagnostics.
  std::string said(const Type& type) const;

  const Ast& ast_;
  const Environment& environment_;
  Substitution types_;
  std::vector<Local> locals_;
  Annotations out_;
};

/// The warning `absent-field` for fields that `!`, `!=` or `== null` meets and that may be absent:
/// an error there, which is no match, is hardly what was meant. `present` are fields, `event.a`,
/// known to be there; has() and `.?` anywhere, and tests that need the field, say so too.
std::vector<Diagnostic> warn_of_absent_fields(const Ast& ast, const Environment& environment,
                                              const Annotations& annotations,
                                              const std::set<std::string>& present);
/// Fields that has(), `.?` or a test that needs them asks for: present where `ast` is true, or
/// plainly thought of by its author. As `event.a`; definitions are looked into.
std::set<std::string> fields_asked_for(const Ast& ast, const Environment& environment);

/// `event.a` when `a` can be written so, else with back quotes or brackets.
std::string field_text(const std::string& record, const std::string& dotted_name);

}  // namespace tt::cel
