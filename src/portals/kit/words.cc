// Total over any bytes; whoever stores the result mends what is not UTF-8.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"

namespace tt::portals {
namespace {

constexpr std::size_t kKindWordBytesMax = 64;

std::string without_html_comments(std::string_view text) {
  std::string left;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("<!--"), text.size());
    left += text.substr(0, begin);
    text.remove_prefix(begin);
    if (text.empty()) break;
    const std::size_t end = text.find("-->");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
  }
  return left;
}

}  // namespace

std::string headline(std::string_view text, std::size_t runes_max) {
  text = trim(text);
  return clip_runes(trim(text.substr(0, text.find('\n'))), runes_max);
}

std::string one_line(std::string_view text, std::size_t runes_max) {
  text = trim(text);
  return clip_runes(trim(printable(trim(text.substr(0, text.find_first_of("\r\n"))))), runes_max);
}

std::string own_line(std::string_view markdown) {
  const std::string text = without_html_comments(markdown);
  for (const std::string_view line : split(text, '\n'))
    if (const std::string own = headline(line); !own.empty() && own.front() != '>') return own;
  return headline(text);
}

std::string in_quotes(std::string_view text) {
  std::string line = headline(text);
  std::replace(line.begin(), line.end(), '"', '\'');
  return line.empty() ? "" : "\"" + line + "\"";
}

std::string counted(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string with_article(std::string_view noun) {
  const bool is_vowel =
      !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (is_vowel ? "an " : "a ") + std::string(noun);
}

std::string in_words(std::string_view name) {
  std::string words(trim(name));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string kind_word(std::string_view text) {
  std::string word = to_lower(clip_bytes(trim(text), kKindWordBytesMax));
  for (char& c : word)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) c = '_';
  return word;
}

std::string duration_text(double seconds) {
  if (!(seconds > 0)) return {};
  const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e9)));
  if (whole == 0) return {};
  if (whole < 60) return fmt::format("{} s", whole);
  const bool is_short = whole < 3600;
  const std::int64_t large = is_short ? whole / 60 : whole / 3600;
  const std::int64_t small = is_short ? whole % 60 : whole % 3600 / 60;
  const std::string words = fmt::format("{} {}", large, is_short ? "min" : "h");
  return small ? fmt::format("{} {} {}", words, small, is_short ? "s" : "min") : words;
}

std::string_view short_ref(std::string_view ref) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
    if (ref.starts_with(prefix)) return ref.substr(prefix.size());
  return ref;
}

std::string time_text(std::string_view text) {
  text = trim(text);
  // The largest number of seconds that 64-bit nanoseconds can hold, roughly.
  if (const auto seconds = parse_u64(text))
    return *seconds > 0 && *seconds < 9'000'000'000
               ? format_time(static_cast<WallNs>(*seconds) * kNsPerSec)
               : "";
  if (text.starts_with("0001-") || !parse_time(text)) return {};
  return std::string(text);
}

}  // namespace tt::portals
