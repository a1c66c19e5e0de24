// The words that messages of hook portals are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tt::portals {

/// First line, trimmed, at most `runes_max` characters.
std::string headline(std::string_view text, std::size_t runes_max = 120);
/// The first line that holds anything, without control characters, cut with "…".
std::string one_line(std::string_view text, std::size_t runes_max = 300);
/// The first line of a comment that its author wrote: not a quotation, not an HTML comment.
std::string own_line(std::string_view markdown);
/// `"` + headline + `"`, or nothing; quotes within become single ones.
std::string in_quotes(std::string_view text);
/// "1 commit", "3 commits".
std::string counted(std::int64_t n, std::string_view noun);
/// "an issue", "a snippet".
std::string with_article(std::string_view noun);
/// Words for a name that programs use: "health_status" -> "health status".
std::string in_words(std::string_view name);
/// Any text as a part of a kind: lower case, `_` for what is no letter, digit, dot or hyphen.
std::string kind_word(std::string_view text);
/// "50 s", "1 min 35 s", "2 h"; nothing below one second.
std::string duration_text(double seconds);
/// `refs/heads/main` -> `main`.
std::string_view short_ref(std::string_view ref);
/// Unix seconds or a text that is a time, as a text that is one; else nothing. The year one, which
/// Go writes for "never", is nothing.
std::string time_text(std::string_view text);

}  // namespace tt::portals
