// Parser: tokens to a syntax tree, by precedence climbing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/diagnostic.h"
#include "cel/lexer.h"
#include "cel/program.h"

namespace tt::cel {

/// One use: parses one text. Stops at the first problem.
class Parser {
 public:
  Parser(std::string_view text, bool macros);
  Parsed run();

  /// For macro expansion.
  Expr* make(ExprKind kind, int begin, int end, int mark);
  Expr* make_call(std::string_view function, std::vector<const Expr*> children, const Expr& at);
  const Expr* fail(int begin, int length, std::string code, std::string text,
                   std::string hint = {});
  /// Computes depth from the children; null when the tree is too deep.
  const Expr* finish(Expr* expr);

 private:
  const Expr* expression();
  const Expr* binary(int level);
  const Expr* chain(std::string_view symbol, std::string_view function, int level);
  const Expr* unary();
  const Expr* repeated_unary(std::string_view symbol, std::string_view function);
  const Expr* postfix(const Expr* operand);
  const Expr* selection(const Expr* operand);
  const Expr* indexing(const Expr* operand);
  const Expr* primary();
  const Expr* name();
  const Expr* literal(bool negative);
  const Expr* list();
  const Expr* map();
  const Expr* message(const Expr* type_name);
  const Expr* call(const Expr* receiver, const Token& name, int begin, bool rooted);
  bool arguments(std::vector<const Expr*>& out);

  bool at(std::string_view symbol) const { return token_.is(symbol); }
  bool take(std::string_view symbol);
  bool expect(std::string_view symbol, std::string_view after, std::string_view hint = {});
  void advance();
  /// Fails at the token; without `hint`, one for users of other languages is looked for.
  const Expr* unexpected(std::string_view wanted, std::string_view hint = {});
  std::string_view hint_for_token(bool is_value_wanted) const;
  /// The text behind byte `end` of an opening bracket, to name it by.
  std::string before_what(int end) const;

  std::shared_ptr<Ast> ast_;
  std::string_view text_;
  Lexer lexer_;
  Token token_;
  Token ahead_;
  int last_end_ = 0;
  bool macros_;
  int nesting_ = 0;
  bool failed_ = false;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace tt::cel
