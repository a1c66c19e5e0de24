// Comparison and hash of short texts without a loop or a call: names, kinds, severities.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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

/// Of the length and of at most 16 bytes at both ends: for tables of names, where it only has to
/// differ often. Strangers may choose texts that collide.
inline std::size_t short_hash(std::string_view text) {
  std::uint64_t word = 0;
  const auto fold_ends = [&]<class Word>(Word) {
    Word head, tail;
    std::memcpy(&head, text.data(), sizeof head);
    std::memcpy(&tail, text.data() + text.size() - sizeof tail, sizeof tail);
    word = head + std::uint64_t{tail} * 31;
  };
  if (text.size() >= 8) {
    fold_ends(std::uint64_t{});
  } else if (text.size() >= 4) {
    fold_ends(std::uint32_t{});
  } else {
    for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
  }
  return static_cast<std::size_t>(((word ^ text.size()) * 0x9E3779B97F4A7C15u) >> 40);
}

}  // namespace tt
