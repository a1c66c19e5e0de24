// Lexer: text to tokens, with literals already decoded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cel/value.h"

namespace tt::cel {

enum class TokenKind : unsigned char {
  kEnd,
  kName,
  kQuotedName,  ///< `a-b` in back quotes; text is without them.
  kLiteral,     ///< Number, string, bytes, true, false, null; see Token::literal.
  kIn,
  kSymbol,  ///< Operators and punctuation; text is the symbol.
  kError,   ///< text says what is wrong.
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int begin = 0;
  int length = 0;
  std::string text;
  std::string hint;  ///< Of an error: what to write instead; may be empty.
  Value literal;
  /// A number without sign may be negated by the parser; 9223372036854775808 exists only negated.
  bool is_number = false;
  bool is_int_min = false;

  bool is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  int end() const { return begin + length; }
};

/// Reads one token a call; after the end, always kEnd. The text must be UTF-8 and outlive it.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();

 private:
  void skip_blanks();
  Token name();
  Token quoted_name();
  Token number();
  Token text_literal(std::size_t prefix, bool raw, bool bytes);
  Token symbol();
  Token make(TokenKind kind, std::size_t begin) const;
  Token error(std::size_t begin, std::string text, std::string_view hint = {});
  char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Reserved words cannot name a variable, but may name a field or a method.
bool is_reserved_word(std::string_view word);

}  // namespace tt::cel
