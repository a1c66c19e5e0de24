// Parsing of literals: numbers with their sign, lists, maps, messages.
// SPDX-License-Identifier: Apache-2.0
#include "cel/parser.h"

namespace tt::cel {

const Expr* Parser::literal(bool negative) {
  const int begin = token_.begin;
  if (negative) advance();
  const Token token = token_;
  advance();
  if (token.is_int_min && !negative) {
    return fail(token.begin, token.length, "syntax",
                "the number does not fit an int; write 'u' after it for an unsigned one");
  }
  Expr* expr = make(ExprKind::kLiteral, begin, last_end_, begin);
  expr->literal = token.literal;
  if (negative) {
    switch (token.literal.kind()) {
      case Kind::kInt:
        if (!token.is_int_min) expr->literal = Value::int64(-token.literal.as_int());
        break;
      case Kind::kDouble:
        expr->literal = Value::float64(-token.literal.as_double());
        break;
      default: {
        // -1u has no meaning; the checker says so.
        Expr* call = make_call(op::kNegate, {expr}, *expr);
        return finish(call);
      }
    }
  }
  return finish(expr);
}

const Expr* Parser::list() {
  Expr* expr = make(ExprKind::kList, token_.begin, token_.end(), token_.begin);
  bool optional = at("[?");
  advance();
  while (optional || !at("]")) {
    optional = optional || take("?");
    const Expr* element = expression();
    if (!element) return nullptr;
    expr->children.push_back(element);
    expr->optional_children.push_back(optional);
    optional = false;
    if (!take(",")) break;
  }
  if (!expect("]", "after the elements")) return nullptr;
  expr->length = last_end_ - expr->begin;
  return finish(expr);
}

const Expr* Parser::map() {
  Expr* expr = make(ExprKind::kMap, token_.begin, token_.end(), token_.begin);
  advance();
  while (!at("}")) {
    const bool optional = take("?");
    const Expr* key = expression();
    if (!key || !expect(":", "after the key")) return nullptr;
    const Expr* value = expression();
    if (!value) return nullptr;
    expr->children.push_back(key);
    expr->children.push_back(value);
    expr->optional_children.push_back(optional);
    if (!take(",")) break;
  }
  if (!expect("}", "after the entries")) return nullptr;
  expr->length = last_end_ - expr->begin;
  return finish(expr);
}

const Expr* Parser::message(const Expr* type_name) {
  Expr* expr = make(ExprKind::kMessage, type_name->begin, token_.end(), type_name->mark);
  expr->name = qualified_name(*type_name);
  advance();
  while (!at("}")) {
    take("?");
    if (token_.kind != TokenKind::kName && token_.kind != TokenKind::kQuotedName) {
      return unexpected("a field name");
    }
    advance();
    if (!expect(":", "after the field name")) return nullptr;
    const Expr* value = expression();
    if (!value) return nullptr;
    expr->children.push_back(value);
    if (!take(",")) break;
  }
  if (!expect("}", "after the fields")) return nullptr;
  expr->length = last_end_ - expr->begin;
  // Nothing is selected from or called on a name that turned out to be a message's type.
  return finish(expr);
}

}  // namespace tt::cel
