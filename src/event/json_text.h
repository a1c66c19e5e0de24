// Pieces of JSON text: numbers, escapes, white space. Whole texts are checked elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/event.h"

namespace tt::event {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// RFC 8259 section 6, the whole text.
bool is_number(std::string_view text);

/// The type of a good value that begins with this character.
FieldType type_of_first(char first);
/// The type of a token that is neither a string nor a bracket; nothing when it is no JSON.
std::optional<FieldType> type_of_word(std::string_view word);

enum class Escapes : unsigned char {
  kGood,
  kLoneSurrogate,  ///< Well-formed JSON that stands for no Unicode text.
  kBad,            ///< Not JSON.
};
/// Checks the backslash sequences between the quotes of a string.
Escapes check_escapes(std::string_view inside);

/// The text that the inside of a JSON string stands for. Total: what is no escape stays as it is,
/// half a surrogate pair becomes U+FFFD.
std::string unescape(std::string_view inside);

/// Appends JSON text without the white space outside its strings.
void append_compact(std::string& out, std::string_view json);

/// "a number", "an object", ...: for reasons.
std::string_view describe(FieldType type);

}  // namespace tt::event
