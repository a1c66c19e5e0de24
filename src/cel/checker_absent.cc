// Where `!`, `!=` or `== null` meets a field that an event may lack, and nobody thought of that.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "cel/checker.h"
#include "cel/program.h"

namespace tt::cel {
namespace {

bool is_call_of(const Expr& expr, std::string_view function) {
  return expr.kind == ExprKind::kCall && !expr.member && expr.name == function;
}

bool has_null(const Expr& call) {
  return std::any_of(call.children.begin(), call.children.end(), [](const Expr* child) {
    return child->kind == ExprKind::kLiteral && child->literal.is_null();
  });
}

/// What turns "the event lacks the field" into "it does not match", where a match was meant. Not
/// `!= null`: that is no match for the others by intention.
bool is_negation(const Expr& expr) {
  return is_call_of(expr, op::kNot) || (is_call_of(expr, op::kNotEqual) && !has_null(expr)) ||
         (is_call_of(expr, op::kEqual) && has_null(expr));
}

/// Evaluates its operands whatever they are, and fails when one of them does.
bool is_strict(const Expr& expr) {
  return expr.kind == ExprKind::kCall && !is_call_of(expr, op::kAnd) &&
         !is_call_of(expr, op::kOr) && !is_call_of(expr, op::kConditional);
}

class Fields {
 public:
  Fields(const Environment& environment, const Annotations& annotations)
      : environment_(environment), annotations_(annotations) {}

  const Reference& reference(const Expr& expr) const {
    return annotations_.references[static_cast<std::size_t>(expr.id)];
  }
  /// Null for what is no field of a record.
  const Environment::Record* record_of(const Expr& expr) const {
    const Reference& to = reference(expr);
    if (to.kind != Reference::Kind::kField && to.kind != Reference::Kind::kRecord) return nullptr;
    for (const std::string_view name : environment_.names()) {
      const auto* record = environment_.find_record(name);
      if (record && record->index == to.index) return record;
    }
    return nullptr;
  }
  /// `event.a` of a field; the record's name and a dot of the record itself.
  std::string key_of(const Expr& expr) const {
    const auto* record = record_of(expr);
    return record ? record->name + "." + reference(expr).name : "";
  }
  bool is_asked(const Expr& expr) const {
    const Reference& to = reference(expr);
    return to.kind == Reference::Kind::kField && (to.test_only || to.optional);
  }
  /// What a schema gives a type exists in every record: the times and ids that the server adds.
  bool may_be_absent(const Expr& expr) const {
    const Reference& to = reference(expr);
    return to.kind == Reference::Kind::kField && !is_asked(expr) && to.field.type.is_dyn();
  }

  /// has(), `.?` and `"name" in event`, anywhere; definitions included.
  void add_asked(const Expr& expr, std::set<std::string>& keys) const {
    if (is_asked(expr)) keys.insert(key_of(expr));
    if (is_call_of(expr, op::kIn) && expr.children[0]->kind == ExprKind::kLiteral &&
        expr.children[0]->literal.is_string() &&
        reference(*expr.children[1]).kind == Reference::Kind::kRecord) {
      keys.insert(key_of(*expr.children[1]) + std::string(expr.children[0]->literal.as_string()));
    }
    if (const auto& definition = reference(expr).definition) {
      keys.merge(fields_asked_for(definition->ast(), environment_));
    }
    for (const Expr* child : expr.children) add_asked(*child, keys);
  }
  /// Fields without which the test cannot be true.
  void add_needed(const Expr& test, std::set<std::string>& keys) const {
    if (is_call_of(test, op::kAnd)) {
      for (const Expr* child : test.children) add_needed(*child, keys);
    } else if (!is_negation(test)) {
      add_operands(test, keys);
    }
  }

 private:
  void add_operands(const Expr& expr, std::set<std::string>& keys) const {
    if (may_be_absent(expr)) keys.insert(key_of(expr));
    if (!is_strict(expr)) return;
    for (const Expr* child : expr.children) add_operands(*child, keys);
  }

  const Environment& environment_;
  const Annotations& annotations_;
};

class Walk {
 public:
  Walk(const Ast& ast, const Fields& fields) : ast_(ast), fields_(fields) {}

  std::vector<Diagnostic> take() { return std::move(found_); }

  /// `negation`: the outermost one around `test`, or null. `present`: fields known to be there.
  void visit(const Expr& test, const Expr* negation, const std::set<std::string>& present) {
    if (is_negation(test) && !negation) negation = &test;
    if (negation && fields_.may_be_absent(test)) return report(test, *negation, present);
    if (negation || !is_call_of(test, op::kAnd)) {
      for (const Expr* child : test.children) visit(*child, negation, present);
      return;
    }
    std::set<std::string> here = present;
    fields_.add_needed(test, here);
    for (const Expr* child : test.children) visit(*child, negation, here);
  }

 private:
  void report(const Expr& field, const Expr& negation, const std::set<std::string>& present) {
    const auto* record = fields_.record_of(field);
    const std::string key = fields_.key_of(field);
    if (!record || present.contains(key) || !said_.insert(key).second) return;
    const std::string& name = fields_.reference(field).name;
    const std::string text = field_text(record->name, name);
    const std::string lacks =
        text == key ? "!has(" + text + ")" : "!(" + json_string(name) + " in " + record->name + ")";
    Diagnostic& diagnostic = found_.emplace_back();
    diagnostic.severity = Severity::kWarning;
    diagnostic.code = "absent-field";
    diagnostic.text =
        "an event without '" + text + "' makes this an error, and an error does not match";
    diagnostic.hint = "to match such events too, write " + lacks + " || " +
                      ast_.text().substr(static_cast<std::size_t>(negation.begin),
                                         static_cast<std::size_t>(negation.length));
    diagnostic.begin = field.begin;
    diagnostic.length = std::max(field.length, 1);
    locate(ast_.text(), diagnostic);
  }

  const Ast& ast_;
  const Fields& fields_;
  std::set<std::string> said_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> warn_of_absent_fields(const Ast& ast, const Environment& environment,
                                              const Annotations& annotations,
                                              const std::set<std::string>& present) {
  const Fields fields(environment, annotations);
  Walk first(ast, fields);
  first.visit(ast.root(), nullptr, present);
  std::vector<Diagnostic> found = first.take();
  if (found.empty()) return found;
  // Only now is it worth to look who asks for fields, in definitions too.
  std::set<std::string> asked = present;
  fields.add_asked(ast.root(), asked);
  Walk second(ast, fields);
  second.visit(ast.root(), nullptr, asked);
  return second.take();
}

std::set<std::string> fields_asked_for(const Ast& ast, const Environment& environment) {
  const Annotations annotations = annotate(ast, environment, false);
  const Fields fields(environment, annotations);
  std::set<std::string> keys;
  fields.add_asked(ast.root(), keys);
  fields.add_needed(ast.root(), keys);
  return keys;
}

}  // namespace tt::cel
