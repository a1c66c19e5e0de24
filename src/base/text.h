// Text tools of every layer: splitting, numbers, URL coding, JSON quoting, edit distance.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tt {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower(std::string_view ascii);
bool equal_ignoring_case(std::string_view a, std::string_view b);  ///< ASCII.

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }  ///< ASCII.

/// Whole text, decimal, no sign for unsigned, no space.
std::optional<std::uint64_t> parse_u64(std::string_view text);
std::optional<std::int64_t> parse_i64(std::string_view text);
std::optional<double> parse_double(std::string_view text);

std::string percent_encode(std::string_view text);  ///< RFC 3986 unreserved stay.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// For people and terminals, on one line: control characters (C0, DEL and C1) that are not among
/// the ASCII characters `kept` become spaces, invalid bytes U+FFFD.
std::string printable(std::string_view text, std::string_view kept = {});

/// Appends `text` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

/// The candidate nearest to `word` when near enough to be a slip of the finger; else empty.
std::string_view did_you_mean(std::string_view word, std::span<const std::string_view> candidates);
/// What to say of a word that is none of them: "did you mean `b`? known: a, b, c".
std::string meant_or_known(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace tt
