// Octet counting where a number, a space and a `<` stand, else a line (RFC 6587 section 3.4).
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/syslog/frame.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace tt::portals::entry::syslog {
namespace {

constexpr std::size_t kCountDigitsMax = 7;

/// `MSG-LEN SP` in front of a message; RFC 6587 section 3.4.1.
struct Count {
  enum { kNone, kUnfinished, kGood } found = kNone;
  std::size_t head_bytes = 0, text_bytes = 0;
};

Count read_count(std::string_view bytes) {
  std::size_t digits = 0, value = 0;
  while (digits < bytes.size() && digits < kCountDigitsMax && is_digit(bytes[digits]))
    value = value * 10 + static_cast<std::size_t>(bytes[digits++] - '0');
  if (digits == 0 || bytes[0] == '0' || value > kCountedBytesMax) return {};
  // A message begins with its priority: without it a line that starts with a number would be taken
  // for a count.
  const std::string_view rest = bytes.substr(digits, 2);
  if (!std::string_view(" <").starts_with(rest)) return {};
  if (rest.size() < 2) return {Count::kUnfinished};
  return {Count::kGood, digits + 1, value};
}

/// Lines end with LF; some senders write NUL (RFC 6587 section 3.4.2).
std::size_t find_line_end(std::string_view bytes) {
  const auto* newline = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t end = newline ? static_cast<std::size_t>(newline - bytes.data()) : bytes.size();
  const auto* nul = static_cast<const char*>(std::memchr(bytes.data(), '\0', end));
  if (nul) return static_cast<std::size_t>(nul - bytes.data());
  return newline ? end : std::string_view::npos;
}

}  // namespace

Frame next_frame(std::string_view bytes, bool is_all) {
  if (bytes.empty()) return {};
  const Count count = read_count(bytes);
  if (count.found == Count::kUnfinished && !is_all) return {};
  if (count.found == Count::kGood) {
    const std::string_view text = bytes.substr(count.head_bytes, count.text_bytes);
    if (text.size() < count.text_bytes && !is_all) return {};
    return {count.head_bytes + text.size(), text};
  }
  const std::size_t end = find_line_end(bytes.substr(0, kLineBytesMax));
  if (end != std::string_view::npos) return {end + 1, bytes.substr(0, end)};
  if (bytes.size() < kLineBytesMax && !is_all) return {};
  const std::string_view text = bytes.substr(0, kLineBytesMax);
  return {text.size(), text};
}

std::optional<std::size_t> whole_frames(std::string_view bytes) {
  std::size_t done = 0;
  for (;;) {
    const Frame frame = next_frame(bytes.substr(done), /*is_all=*/false);
    if (frame.bytes == 0) return done;
    done += frame.bytes;
  }
}

}  // namespace tt::portals::entry::syslog
