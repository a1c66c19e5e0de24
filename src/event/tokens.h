// Tokens: where the tokens of a JSON text begin, found by simdjson with the CPU's best
// instructions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "event/json_text.h"

namespace tt::event {

/// The tokens of one text, borrowed from a Tokenizer: each bracket, colon, comma, string and word.
/// Between the end of a token and the next one there is white space only.
struct Tokens {
  std::string_view text;
  const std::uint32_t* begins = nullptr;  ///< `count` positions and then text.size().
  std::size_t count = 0;

  /// First character of token `i`, or 0 past the last one.
  char first(std::size_t i) const { return i < count ? text.data()[begins[i]] : '\0'; }
  /// Position behind the last character of token `i`; i < count.
  std::size_t end(std::size_t i) const {
    std::size_t end = begins[i + 1];
    while (is_space(text.data()[end - 1])) --end;
    return end;
  }
  std::string_view token(std::size_t i) const {
    return {text.data() + begins[i], end(i) - begins[i]};
  }
};

/// Owns the memory for positions and reuses it. Not thread safe; one per thread is right.
class Tokenizer {
 public:
  Tokenizer();
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// False when the text is not UTF-8, a string does not end, or holds a bare control character:
  /// what remains to check is the grammar of tokens, words and escapes. The tokens are good until
  /// the next call and borrow `text`, which is less than 4 GiB.
  bool scan(std::string_view text, Tokens& tokens);

  /// Gives memory back after a text of unusual size.
  void shrink();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The tokenizer of the calling thread.
Tokenizer& thread_tokenizer();

}  // namespace tt::event
