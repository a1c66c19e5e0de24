// Comparison of short texts without a loop or a call: names, kinds, severities.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tt {

/// Whether two texts of the same length are equal. Two overlapping words cover up to 16 bytes.
inline bool same_bytes(const char* a, const char* b, std::size_t bytes) {
  const auto same_words = [&]<class Word>(Word) {
    const auto at = [](const char* p) {
      Word word;
      std::memcpy(&word, p, sizeof word);
      return word;
    };
    const std::size_t last = bytes - sizeof(Word);
    return at(a) == at(b) && at(a + last) == at(b + last);
  };
  if (bytes > 16) return std::memcmp(a, b, bytes) == 0;
  if (bytes >= 8) return same_words(std::uint64_t{});
  if (bytes >= 4) return same_words(std::uint32_t{});
  for (std::size_t i = 0; i < bytes; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

inline bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

inline bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_bytes(text.data(), prefix.data(), prefix.size());
}

inline bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         same_bytes(text.data() + text.size() - suffix.size(), suffix.data(), suffix.size());
}

}  // namespace tt
