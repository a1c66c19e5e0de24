// Texts of strangers: made UTF-8, cut between characters, quoted as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tt::broker {

/// White space and NUL removed from both ends: some senders end their texts in NUL.
std::string_view trim(std::string_view text);
/// Bytes that are no UTF-8 become U+FFFD.
std::string mend_utf8(std::string_view bytes);
/// At most so many bytes, whole characters. `text` is UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);
/// The first line that holds anything, cut.
std::string_view headline(std::string_view text, std::size_t bytes_max = 300);
/// `text`, which is UTF-8, as a JSON string.
std::string json_string(std::string_view text);
/// The text of a JSON string as written, without escapes; other values as they are.
std::string json_text(std::string_view value);

}  // namespace tt::broker
