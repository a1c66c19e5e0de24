// Grammar: makes CEL expressions that mostly type-check from arbitrary bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tt::fuzz {

/// Each byte is one choice; when they are used up, every choice is the shortest. The same bytes
/// give the same expression, so that libFuzzer can mutate and shrink it part by part.
class Grammar {
 public:
  Grammar(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  /// An expression over `event` with the fields of kGrammarEvent, a few KiB at most.
  std::string expression();

 private:
  std::uint8_t choose();
  void append(char type, int depth, std::string& out);
  void expand(std::string_view pattern, int depth, std::string& out);

  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

/// The event that the expressions ask; all fields that they name are there.
extern const char* const kGrammarEvent;

}  // namespace tt::fuzz
