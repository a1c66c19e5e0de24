// What the parser says: where, what was found, what was expected, and what a user of another
// language would have to write.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "cel/dialects.h"
#include "cel/parser.h"

namespace tt::cel {
namespace {

std::string shown(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "the end of the expression";
  if (token.kind == TokenKind::kError) return token.text;
  return "'" + std::string(clip_runes(token.text, 40)) + "'";
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

/// The name that the text ends with; a member with what it is a member of.
std::string_view word_before(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_name_byte(text[begin - 1])) --begin;
  return text.substr(begin);
}

}  // namespace

const Expr* Parser::fail(int begin, int length, std::string code, std::string text,
                         std::string hint) {
  if (!failed_) {
    Diagnostic diagnostic;
    diagnostic.code = std::move(code);
    diagnostic.text = std::move(text);
    diagnostic.hint = std::move(hint);
    diagnostic.begin = begin;
    diagnostic.length = length;
    diagnostics_.push_back(std::move(diagnostic));
  }
  failed_ = true;
  return nullptr;
}

std::string_view Parser::hint_for_token(bool is_value_wanted) const {
  if (trim(text_).starts_with("{{")) return "'{{ }}' belongs to templates; here CEL stands alone";
  if (is_value_wanted) {
    return token_.kind == TokenKind::kQuotedName ? "back quotes are for names; texts stand in '...'"
                                                 : hint_for_value(token_.text);
  }
  const bool is_glued = last_end_ > 0 && token_.begin == last_end_;
  const char before = last_end_ > 0 ? text_[static_cast<std::size_t>(last_end_) - 1] : ' ';
  if (is_glued && (before == '\'' || before == '"') && token_.kind == TokenKind::kName) {
    return "a quote inside of a text is written with a backslash, or in a text of the other quotes";
  }
  return hint_for_operator(token_.text);
}

const Expr* Parser::unexpected(std::string_view wanted, std::string_view hint) {
  if (token_.kind == TokenKind::kError) {
    return fail(token_.begin, token_.length, "syntax", token_.text, token_.hint);
  }
  const bool is_value_wanted = wanted.starts_with("a ");
  // `not x` reads as a name and what cannot follow it: the name is to blame.
  const std::string_view word = word_before(text_.substr(0, static_cast<std::size_t>(last_end_)));
  if (!is_value_wanted && equal_ignoring_case(word, "not")) {
    return fail(last_end_ - 3, 3, "syntax", "found '" + std::string(word) + "', expected a value",
                std::string(hint_for_value(word)));
  }
  if (hint.empty()) hint = hint_for_token(is_value_wanted);
  return fail(token_.begin, std::max(token_.length, 1), "syntax",
              "found " + shown(token_) + ", expected " + std::string(wanted), std::string(hint));
}

std::string Parser::before_what(int end) const {
  std::string_view rest = trim(text_.substr(static_cast<std::size_t>(end)));
  rest = rest.substr(0, rest.find('\n'));
  return " before '" + std::string(clip_runes(rest, 20)) + "'";
}

bool Parser::expect(std::string_view symbol, std::string_view after, std::string_view hint) {
  if (take(symbol)) return true;
  unexpected("'" + std::string(symbol) + "' " + std::string(after), hint);
  return false;
}

}  // namespace tt::cel
