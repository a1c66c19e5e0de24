// Parser of the expression grammar (language definition, "Syntax").
// SPDX-License-Identifier: Apache-2.0
#include "cel/parser.h"

#include <algorithm>

#include "base/utf8.h"
#include "cel/dialects.h"
#include "cel/limits.h"
#include "cel/macros.h"

namespace tt::cel {
namespace {

struct Operator {
  std::string_view symbol;
  std::string_view function;
  int level;
};

constexpr int kOrLevel = 0, kAndLevel = 1, kRelationLevel = 2, kUnaryLevel = 5;
constexpr Operator kOperators[] = {
    {"<", op::kLess, 2},          {"<=", op::kLessEqual, 2}, {">", op::kGreater, 2},
    {">=", op::kGreaterEqual, 2}, {"==", op::kEqual, 2},     {"!=", op::kNotEqual, 2},
    {"+", op::kAdd, 3},           {"-", op::kSubtract, 3},   {"*", op::kMultiply, 4},
    {"/", op::kDivide, 4},        {"%", op::kModulo, 4}};

const Operator* operator_at(const Token& token, int level) {
  static constexpr Operator kInOperator{"in", op::kIn, kRelationLevel};
  if (token.kind == TokenKind::kIn) return level == kRelationLevel ? &kInOperator : nullptr;
  for (const Operator& known : kOperators) {
    if (known.level == level && token.is(known.symbol)) return &known;
  }
  return nullptr;
}

}  // namespace

Parser::Parser(std::string_view text, bool macros)
    : ast_(std::make_shared<Ast>(text.substr(0, kExpressionBytesMax))),
      text_(ast_->text()),
      lexer_(text_),
      macros_(macros) {
  if (text.size() > kExpressionBytesMax) {
    fail(0, 1, "limit",
         "the expression is longer than " + std::to_string(kExpressionBytesMax) + " bytes");
  } else if (!is_utf8(text)) {
    fail(0, 1, "syntax", "the expression is not valid UTF-8");
  }
}

Parsed Parser::run() {
  if (!failed_) {
    token_ = lexer_.next();
    ahead_ = lexer_.next();
    const Expr* root = expression();
    if (root && token_.kind != TokenKind::kEnd) {
      root = unexpected("an operator or the end of the expression");
    }
    ast_->root_ = root;
  }
  Parsed parsed;
  for (Diagnostic& diagnostic : diagnostics_) locate(text_, diagnostic);
  parsed.diagnostics = std::move(diagnostics_);
  if (!failed_) parsed.ast = ast_;
  return parsed;
}

void Parser::advance() {
  last_end_ = token_.end();
  token_ = std::move(ahead_);
  ahead_ = lexer_.next();
}

bool Parser::take(std::string_view symbol) {
  if (!at(symbol)) return false;
  advance();
  return true;
}

Expr* Parser::make(ExprKind kind, int begin, int end, int mark) {
  Expr& expr = ast_->nodes_.emplace_back();
  expr.kind = kind;
  expr.id = static_cast<int>(ast_->nodes_.size()) - 1;
  expr.begin = begin;
  expr.length = end - begin;
  expr.mark = mark;
  return &expr;
}

Expr* Parser::make_call(std::string_view function, std::vector<const Expr*> children,
                        const Expr& place) {
  Expr* call = make(ExprKind::kCall, place.begin, place.begin + place.length, place.mark);
  call->name = function;
  call->children = std::move(children);
  return call;
}

const Expr* Parser::finish(Expr* expr) {
  for (const Expr* child : expr->children) expr->depth = std::max(expr->depth, child->depth + 1);
  if (expr->depth > kDepthMax) {
    return fail(expr->mark, 1, "limit",
                "the expression is nested deeper than " + std::to_string(kDepthMax) + " levels");
  }
  if (ast_->nodes_.size() > kNodesMax) {
    return fail(expr->mark, 1, "limit",
                "the expression has more than " + std::to_string(kNodesMax) + " parts");
  }
  return expr;
}

const Expr* Parser::expression() {
  struct Nesting {
    int& count;
    explicit Nesting(int& c) : count(c) { ++count; }
    ~Nesting() { --count; }
  } nesting(nesting_);
  if (nesting_ > kDepthMax) {
    return fail(token_.begin, 1, "limit",
                "the expression is nested deeper than " + std::to_string(kDepthMax) + " levels");
  }
  const Expr* condition = binary(kOrLevel);
  if (!condition || !at("?")) return condition;
  const int mark = token_.begin;
  advance();
  const Expr* when_true = binary(kOrLevel);
  const bool is_chaining = text_.substr(static_cast<std::size_t>(mark), 2) == "?.";
  if (!when_true || !expect(":", "of the conditional",
                            is_chaining ? "a field that may be absent is written event.?x" : "")) {
    return nullptr;
  }
  const Expr* when_false = expression();
  if (!when_false) return nullptr;
  Expr* call = make(ExprKind::kCall, condition->begin, last_end_, mark);
  call->name = op::kConditional;
  call->children = {condition, when_true, when_false};
  return finish(call);
}

const Expr* Parser::chain(std::string_view symbol, std::string_view function, int level) {
  const Expr* first = binary(level + 1);
  if (!first || !at(symbol)) return first;
  const int mark = token_.begin;
  std::vector<const Expr*> children{first};
  while (take(symbol)) {
    const Expr* next = binary(level + 1);
    if (!next) return nullptr;
    children.push_back(next);
  }
  Expr* call = make(ExprKind::kCall, first->begin, last_end_, mark);
  call->name = function;
  call->children = std::move(children);
  return finish(call);
}

const Expr* Parser::binary(int level) {
  if (level == kOrLevel) return chain("||", op::kOr, level);
  if (level == kAndLevel) return chain("&&", op::kAnd, level);
  if (level == kUnaryLevel) return unary();
  const Expr* left = binary(level + 1);
  while (left) {
    const Operator* found = operator_at(token_, level);
    if (!found) return left;
    const int mark = token_.begin;
    advance();
    const Expr* right = binary(level + 1);
    if (!right) return nullptr;
    Expr* call = make(ExprKind::kCall, left->begin, last_end_, mark);
    call->name = found->function;
    call->children = {left, right};
    left = finish(call);
  }
  return nullptr;
}

const Expr* Parser::repeated_unary(std::string_view symbol, std::string_view function) {
  std::vector<int> places;
  while (at(symbol)) {
    // A minus right before a number belongs to it: the smallest int has no positive twin.
    if (symbol == "-" && ahead_.kind == TokenKind::kLiteral && ahead_.is_number) break;
    places.push_back(token_.begin);
    advance();
  }
  const Expr* operand = symbol == "-" && at("-") ? postfix(literal(true)) : unary();
  for (auto place = places.rbegin(); operand && place != places.rend(); ++place) {
    Expr* call = make(ExprKind::kCall, *place, last_end_, *place);
    call->name = function;
    call->children = {operand};
    operand = finish(call);
  }
  return operand;
}

const Expr* Parser::unary() {
  if (++nesting_ > 2 * kDepthMax) {
    --nesting_;
    return fail(token_.begin, 1, "limit", "the expression is nested too deeply");
  }
  const Expr* expr = at("!")   ? repeated_unary("!", op::kNot)
                     : at("-") ? repeated_unary("-", op::kNegate)
                               : postfix(primary());
  --nesting_;
  return expr;
}

const Expr* Parser::primary() {
  if (token_.kind == TokenKind::kLiteral) return literal(false);
  if (token_.kind == TokenKind::kName || at(".")) return name();
  if (at("[") || at("[?")) return list();
  if (at("{")) return map();
  const int begin = token_.begin;
  if (take("(")) {
    const Expr* inner = expression();
    if (inner && at(",")) {
      return fail(token_.begin, 1, "syntax", "found ',', expected ')'",
                  "a list stands in brackets: x in [\"a\", \"b\"]");
    }
    if (!inner || !expect(")", "for the '('" + before_what(begin + 1))) return nullptr;
    // The parentheses belong to the expression: its text stands alone anywhere.
    Expr& expr = ast_->nodes_[static_cast<std::size_t>(inner->id)];
    expr.begin = begin;
    expr.length = last_end_ - begin;
    return inner;
  }
  return unexpected("a value, a name or '('");
}

const Expr* Parser::name() {
  const int begin = token_.begin;
  const bool rooted = take(".");
  if (token_.kind != TokenKind::kName) return unexpected("a name");
  const Token name = token_;
  if (is_reserved_word(name.text)) {
    return fail(name.begin, name.length, "syntax",
                "'" + name.text + "' is a reserved word and cannot be a name",
                std::string(hint_for_operator(name.text)));
  }
  advance();
  if (at("(")) return call(nullptr, name, begin, rooted);
  Expr* expr = make(ExprKind::kName, begin, name.end(), begin);
  expr->name = name.text;
  expr->rooted = rooted;
  return finish(expr);
}

bool Parser::arguments(std::vector<const Expr*>& out) {
  advance();  // The parenthesis.
  if (take(")")) return true;
  do {
    const Expr* argument = expression();
    if (!argument) return false;
    out.push_back(argument);
  } while (take(","));
  return expect(")", "after the arguments of the call");
}

const Expr* Parser::call(const Expr* receiver, const Token& name, int begin, bool rooted) {
  std::vector<const Expr*> children;
  if (receiver) children.push_back(receiver);
  if (!arguments(children)) return nullptr;
  Expr* expr = make(ExprKind::kCall, begin, last_end_, name.begin);
  expr->name = name.text;
  expr->member = receiver != nullptr;
  expr->rooted = rooted;
  expr->children = std::move(children);
  const Expr* done = finish(expr);
  return done && macros_ ? expand_macro(*this, done) : done;
}

const Expr* Parser::postfix(const Expr* operand) {
  while (operand) {
    if (at(".") || at(".?")) {
      operand = selection(operand);
    } else if (at("[") || at("[?")) {
      operand = indexing(operand);
    } else if (at("{") && !qualified_name(*operand).empty()) {
      operand = message(operand);
    } else {
      return operand;
    }
  }
  return nullptr;
}

const Expr* Parser::selection(const Expr* operand) {
  const bool optional = at(".?");
  advance();
  if (token_.kind != TokenKind::kName && token_.kind != TokenKind::kQuotedName) {
    return unexpected("a field name");
  }
  const Token field = token_;
  advance();
  if (at("(") && !optional && field.kind == TokenKind::kName) {
    return call(operand, field, operand->begin, false);
  }
  Expr* expr = make(ExprKind::kSelect, operand->begin, last_end_, field.begin);
  expr->name = field.text;
  expr->optional = optional;
  expr->children = {operand};
  return finish(expr);
}

const Expr* Parser::indexing(const Expr* operand) {
  const bool optional = at("[?");
  const int mark = token_.begin;
  advance();
  const Expr* index = expression();
  if (!index || !expect("]", "after the index")) return nullptr;
  Expr* expr = make(ExprKind::kCall, operand->begin, last_end_, mark);
  expr->name = optional ? op::kOptionalIndex : op::kIndex;
  expr->children = {operand, index};
  return finish(expr);
}

Parsed parse(std::string_view text, const CompileOptions& options) {
  return Parser(text, options.macros).run();
}

}  // namespace tt::cel
