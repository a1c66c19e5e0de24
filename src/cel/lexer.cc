// Lexer of the expression language (language definition, "Syntax").
// SPDX-License-Identifier: Apache-2.0
#include "cel/lexer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "cel/dialects.h"
#include "cel/escapes.h"

namespace tt::cel {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::array<std::string_view, 17> kReserved{
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

constexpr std::array<std::string_view, 8> kPairs{"&&", "||", "==", "!=", "<=", ">=", ".?", "[?"};

/// Unsigned digits of `base`; false beyond 64 bits.
bool read_digits(std::string_view digits, unsigned base, std::uint64_t& value) {
  value = 0;
  for (const char c : digits) {
    const unsigned digit =
        is_digit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a') + 10;
    if (__builtin_mul_overflow(value, base, &value) ||
        __builtin_add_overflow(value, digit, &value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_reserved_word(std::string_view word) {
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

Token Lexer::make(TokenKind kind, std::size_t begin) const {
  Token token;
  token.kind = kind;
  token.begin = static_cast<int>(begin);
  token.length = static_cast<int>(at_ - begin);
  token.text = std::string(text_.substr(begin, at_ - begin));
  return token;
}

Token Lexer::error(std::size_t begin, std::string text, std::string_view hint) {
  Token token = make(TokenKind::kError, begin);
  token.text = std::move(text);
  token.hint = hint;
  return token;
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else if (c == '/' && at(at_ + 1) == '/') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  if (at_ >= text_.size()) return make(TokenKind::kEnd, at_);
  const char c = text_[at_];
  if (c == '"' || c == '\'') return text_literal(0, false, false);
  if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) return number();
  if (c == '`') return quoted_name();
  if (!is_letter(c)) return symbol();
  // r, b, br and rb before a quote are part of the literal.
  bool raw = false, bytes = false;
  for (std::size_t i = 0; i < 3; ++i) {
    const char letter = at(at_ + i);
    if (letter == '"' || letter == '\'') return text_literal(i, raw, bytes);
    if ((letter | 0x20) == 'r' && !raw) {
      raw = true;
    } else if ((letter | 0x20) == 'b' && !bytes) {
      bytes = true;
    } else {
      break;
    }
  }
  return name();
}

Token Lexer::name() {
  const std::size_t begin = at_;
  while (is_letter(at(at_)) || is_digit(at(at_))) ++at_;
  Token token = make(TokenKind::kName, begin);
  if (token.text == "in") token.kind = TokenKind::kIn;
  if (token.text == "true" || token.text == "false") {
    token.kind = TokenKind::kLiteral;
    token.literal = Value::boolean(token.text == "true");
  }
  if (token.text == "null") token.kind = TokenKind::kLiteral;
  return token;
}

Token Lexer::quoted_name() {
  const std::size_t begin = at_++;
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '/' || c == ' ';
  };
  while (fits(at(at_))) ++at_;
  if (at(at_) != '`' || at_ == begin + 1) {
    return error(begin,
                 "a name in back quotes takes letters, digits, '_', '.', '-', '/' and spaces");
  }
  ++at_;
  Token token = make(TokenKind::kQuotedName, begin);
  token.text = token.text.substr(1, token.text.size() - 2);
  return token;
}

Token Lexer::number() {
  const std::size_t begin = at_;
  const bool hex = at(at_) == '0' && (at(at_ + 1) | 0x20) == 'x' && is_hex(at(at_ + 2));
  bool real = false;
  if (hex) {
    for (at_ += 2; is_hex(at(at_));) ++at_;
  } else {
    while (is_digit(at(at_))) ++at_;
    if (at(at_) == '.' && is_digit(at(at_ + 1))) {
      real = true;
      for (++at_; is_digit(at(at_));) ++at_;
    }
    const std::size_t sign = at(at_ + 1) == '+' || at(at_ + 1) == '-' ? 1 : 0;
    if ((at(at_) | 0x20) == 'e' && is_digit(at(at_ + 1 + sign))) {
      real = true;
      for (at_ += 1 + sign; is_digit(at(at_));) ++at_;
    }
  }
  const std::string digits(text_.substr(begin + (hex ? 2 : 0), at_ - begin - (hex ? 2 : 0)));
  const bool is_unsigned = !real && (at(at_) | 0x20) == 'u';
  if (is_unsigned) ++at_;
  if (is_letter(at(at_))) {
    const std::size_t unit = at_;
    while (is_letter(at(at_)) || is_digit(at(at_))) ++at_;
    return error(begin, "found letters right after a number",
                 hint_for_unit(text_.substr(unit, at_ - unit)));
  }
  Token token = make(TokenKind::kLiteral, begin);
  token.is_number = true;
  if (real) {
    const double value = std::strtod(digits.c_str(), nullptr);
    if (std::isinf(value)) return error(begin, "the number is too large for a double");
    token.literal = Value::float64(value);
    return token;
  }
  std::uint64_t value = 0;
  if (!read_digits(digits, hex ? 16 : 10, value)) {
    return error(begin, "the number does not fit 64 bits");
  }
  if (is_unsigned) {
    token.literal = Value::uint64(value);
  } else if (value > std::uint64_t{1} << 63) {
    return error(begin, "the number does not fit an int; write 'u' after it for an unsigned one");
  } else {
    token.is_int_min = value == std::uint64_t{1} << 63;
    token.literal = Value::int64(static_cast<std::int64_t>(value));
  }
  return token;
}

Token Lexer::text_literal(std::size_t prefix, bool raw, bool bytes) {
  const std::size_t begin = at_;
  at_ += prefix;
  const char quote = text_[at_];
  const bool triple = at(at_ + 1) == quote && at(at_ + 2) == quote;
  at_ += triple ? 3 : 1;
  const std::size_t content = at_;
  const std::string close(triple ? 3 : 1, quote);
  while (at_ < text_.size() && text_.compare(at_, close.size(), close) != 0) {
    if (!triple && (text_[at_] == '\n' || text_[at_] == '\r')) break;
    if (text_[at_] == '\\' && !raw) ++at_;
    if (at_ < text_.size()) ++at_;
  }
  if (at_ >= text_.size() || text_.compare(at_, close.size(), close) != 0) {
    return error(begin, "the text has no closing " + close);
  }
  const std::string_view body = text_.substr(content, at_ - content);
  at_ += close.size();
  Token token = make(TokenKind::kLiteral, begin);
  std::string value;
  if (raw) {
    value = body;
  } else {
    const Unescaped unescaped = unescape(body, bytes);
    if (!unescaped.problem.empty()) {
      at_ = content + unescaped.position + 1;
      return error(content + unescaped.position, unescaped.problem);
    }
    value = unescaped.text;
  }
  token.literal = bytes ? Value::bytes(std::move(value)) : Value::string(std::move(value));
  return token;
}

namespace {

/// `event.message | upper`, as templates of other languages have it; empty when it is none.
std::string filter_hint(std::string_view before, std::string_view after) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  before = trim(before);
  after = trim(after);
  const std::string_view word =
      after.substr(0, static_cast<std::size_t>(
                          std::find_if_not(after.begin(), after.end(), is_name) - after.begin()));
  std::string known(hint_for_function(word));
  if (known.empty()) return {};
  const bool is_field = !before.empty() && std::all_of(before.begin(), before.end(), is_name);
  if (constexpr std::string_view kWrite = "write x."; is_field && known.starts_with(kWrite))
    known.replace(0, kWrite.size(), "write " + std::string(before) + ".");
  return "there are no filters; " + known;
}

}  // namespace

Token Lexer::symbol() {
  constexpr std::string_view kForeign[] = {"===", "!==", "!~~", "=~", "!~", "<>", "=>", "=<",
                                           ":=",  "->",  "::",  "~=", "~~", "=",  "~"};
  const std::size_t begin = at_;
  for (const std::string_view foreign : kForeign) {
    if (text_.compare(at_, foreign.size(), foreign) != 0) continue;
    if (foreign == "=" && at(at_ + 1) == '=') break;
    at_ += foreign.size();
    const bool is_triple = foreign.size() == 3 && foreign[2] == '=';
    return error(
        begin, "found '" + std::string(foreign) + "', expected an operator",
        is_triple ? (foreign[0] == '=' ? "equality is written '=='" : "inequality is written '!='")
                  : hint_for_operator(foreign));
  }
  for (const std::string_view pair : kPairs) {
    if (text_.compare(at_, 2, pair) != 0) continue;
    at_ += 2;
    return make(TokenKind::kSymbol, begin);
  }
  constexpr std::string_view kSingles = "<>+-*/%!?:.,()[]{}";
  ++at_;
  if (kSingles.find(text_[begin]) != std::string_view::npos) return make(TokenKind::kSymbol, begin);
  while (at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xc0) == 0x80) ++at_;
  const std::string character(text_.substr(begin, at_ - begin));
  const bool control = static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f;
  if (control) return error(begin, "found a control character");
  if (character == "|")
    if (std::string filter = filter_hint(text_.substr(0, begin), text_.substr(at_));
        !filter.empty())
      return error(begin, "found '|', which means nothing in CEL", filter);
  const std::string_view hint = hint_for_value(character);
  return error(begin, "found '" + character + "', which means nothing in CEL",
               hint.empty() ? hint_for_operator(character) : hint);
}

}  // namespace tt::cel
