// UTF-8: validation, and cutting that never splits a character.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tt {

bool is_utf8(std::string_view text);
/// Replaces every invalid byte by U+FFFD.
std::string to_utf8(std::string_view bytes);
/// The longest prefix of at most `bytes_max` bytes that ends between characters.
std::string_view clip_bytes(std::string_view text, std::size_t bytes_max);
/// At most `runes_max` code points; when cut, the last one is "…".
std::string clip_runes(std::string_view text, std::size_t runes_max);
std::size_t count_runes(std::string_view text);
/// Appends one code point (U+FFFD for surrogates and values past U+10FFFF).
void append_rune(std::string& out, std::uint32_t rune);
/// Decodes the code point at `position` and moves past it; U+FFFD and one byte on invalid input.
std::uint32_t next_rune(std::string_view text, std::size_t& position);

}  // namespace tt
