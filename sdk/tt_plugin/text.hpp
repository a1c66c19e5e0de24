// Text tools for plugins, as those of the tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "tt_plugin/event.hpp"

namespace tt {

inline std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

/// The whole text.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}
inline std::optional<double> parse_double(std::string_view text) {
  return parse_number<double>(text);
}

/// RFC 3339, as events have it.
inline std::optional<WallNs> parse_time(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto year = parse_number<int>(text.substr(0, 4));
  const auto month = parse_number<int>(text.substr(5, 2)),
             day = parse_number<int>(text.substr(8, 2));
  const auto hour = parse_number<int>(text.substr(11, 2)),
             minute = parse_number<int>(text.substr(14, 2)),
             second = parse_number<int>(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  std::int64_t nanos = 0, scale = kNsPerSec;
  std::size_t at = 19;
  if (text[at] == '.')
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9' && scale > 1; ++at)
      nanos += (text[at] - '0') * (scale /= 10);
  std::int64_t offset_minutes = 0;
  if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-')) {
    const auto hours = parse_number<int>(text.substr(at + 1, 2)),
               minutes = parse_number<int>(text.substr(at + 4, 2));
    if (!hours || !minutes) return std::nullopt;
    offset_minutes = (text[at] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  } else if (at + 1 != text.size() || text[at] != 'Z') {
    return std::nullopt;
  }
  // Days since 1970 of the Gregorian calendar, years that begin in March.
  const std::int64_t y = *year - (*month <= 2), era = (y >= 0 ? y : y - 399) / 400,
                     of_era = y - era * 400;
  const std::int64_t of_year = (153 * (*month + (*month > 2 ? -3 : 9)) + 2) / 5 + *day - 1;
  const std::int64_t days =
      era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
  const std::int64_t minutes = days * 1440 + *hour * 60 + *minute - offset_minutes;
  return (minutes * 60 + *second) * kNsPerSec + nanos;
}

}  // namespace tt
