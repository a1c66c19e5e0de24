// Decoding and encoding of UTF-8 as RFC 3629 defines it.
// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <cstring>

namespace tt {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes of the well-formed sequence at `p`, or 0. The second byte's range depends on the first,
// which is what keeps out overlong forms, surrogates and values past U+10FFFF (RFC 3629 section 4).
std::size_t sequence_bytes(const char* p, std::size_t left) {
  const auto first = static_cast<unsigned char>(p[0]);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || left < 2) return 0;
  const auto second = static_cast<unsigned char>(p[1]);
  if (first < 0xE0) return is_tail(p[1]) ? 2 : 0;
  if (first < 0xF0) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : 0xBF;
    return left >= 3 && second >= low && second <= high && is_tail(p[2]) ? 3 : 0;
  }
  const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
  return left >= 4 && second >= low && second <= high && is_tail(p[2]) && is_tail(p[3]) ? 4 : 0;
}

// Position of the first byte at or after `position` that starts no well-formed sequence.
std::size_t valid_until(std::string_view text, std::size_t position) {
  while (position < text.size()) {
    if (text.size() - position >= 8) {  // Most text is ASCII: eight bytes a step.
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + position, 8);
      if ((word & 0x8080808080808080) == 0) {
        position += 8;
        continue;
      }
    }
    const std::size_t bytes = sequence_bytes(text.data() + position, text.size() - position);
    if (bytes == 0) return position;
    position += bytes;
  }
  return position;
}

}  // namespace

bool is_utf8(std::string_view text) { return valid_until(text, 0) == text.size(); }

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t position = 0;
  while (true) {
    const std::size_t end = valid_until(bytes, position);
    out.append(bytes, position, end - position);
    if (end == bytes.size()) return out;
    out += kReplacementText;
    position = end + 1;
  }
}

std::string_view clip_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // At most three tail bytes belong to one character; more are not UTF-8 and are cut anywhere.
  for (int step = 0; step < 3 && end > 0 && is_tail(text[end]); ++step) --end;
  return text.substr(0, is_tail(text[end]) ? bytes_max : end);
}

std::string clip_runes(std::string_view text, std::size_t runes_max) {
  if (text.size() <= runes_max) return std::string(text);  // A rune has at least one byte.
  std::size_t position = 0;
  std::size_t kept = 0;  // End of the first runes_max - 1 runes.
  for (std::size_t runes = 0; position < text.size(); ++runes) {
    if (runes + 1 == runes_max) kept = position;
    if (runes == runes_max) {
      if (runes_max == 0) return {};
      return std::string(text.substr(0, kept)).append(kEllipsis);
    }
    next_rune(text, position);
  }
  return std::string(text);
}

std::size_t count_runes(std::string_view text) {
  std::size_t runes = 0;
  for (std::size_t position = 0; position < text.size(); ++runes) next_rune(text, position);
  return runes;
}

void append_rune(std::string& out, std::uint32_t rune) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) rune = kReplacement;
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (rune < 0x80) return put(rune);
  if (rune < 0x800) {
    put(0xC0 | rune >> 6);
  } else if (rune < 0x10000) {
    put(0xE0 | rune >> 12);
    put(0x80 | (rune >> 6 & 0x3F));
  } else {
    put(0xF0 | rune >> 18);
    put(0x80 | (rune >> 12 & 0x3F));
    put(0x80 | (rune >> 6 & 0x3F));
  }
  put(0x80 | (rune & 0x3F));
}

std::uint32_t next_rune(std::string_view text, std::size_t& position) {
  const char* p = text.data() + position;
  const std::size_t bytes = sequence_bytes(p, text.size() - position);
  if (bytes == 0) {
    ++position;
    return kReplacement;
  }
  position += bytes;
  const auto first = static_cast<unsigned char>(p[0]);
  if (bytes == 1) return first;
  std::uint32_t rune = first & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    rune = rune << 6 | (static_cast<unsigned char>(p[i]) & 0x3Fu);
  }
  return rune;
}

}  // namespace tt
