// Clauses of time patterns.
// SPDX-License-Identifier: Apache-2.0
#include "cel/time_pattern.h"

#include <array>
#include <cstdio>

namespace tt::cel {
namespace {

constexpr std::string_view kClauses = "YmdHMSyejuwaAbBIpFTRLfsz%";
constexpr std::array<std::string_view, 7> kDayNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonthNames{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string padded(std::int64_t number, int width) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(number));
  return text;
}

std::string zone_text(std::int32_t offset) {
  const std::int32_t size = offset < 0 ? -offset : offset;
  return (offset < 0 ? "-" : "+") + padded(size / 3600, 2) + padded(size / 60 % 60, 2);
}

std::string clause_text(char clause, const Civil& local, Timestamp time, std::int32_t offset) {
  const std::string_view day = kDayNames[static_cast<std::size_t>(local.weekday)];
  const std::string_view month = kMonthNames[static_cast<std::size_t>(local.month - 1)];
  switch (clause) {
    case 'Y':
      return padded(local.year, 4);
    case 'y':
      return padded(local.year % 100, 2);
    case 'm':
      return padded(local.month, 2);
    case 'd':
      return padded(local.day, 2);
    case 'e':
      return (local.day < 10 ? " " : "") + std::to_string(local.day);
    case 'j':
      return padded(local.day_of_year + 1, 3);
    case 'H':
      return padded(local.hour, 2);
    case 'I':
      return padded(local.hour % 12 == 0 ? 12 : local.hour % 12, 2);
    case 'M':
      return padded(local.minute, 2);
    case 'S':
      return padded(local.second, 2);
    case 'p':
      return local.hour < 12 ? "AM" : "PM";
    case 'u':
      return std::to_string(local.weekday == 0 ? 7 : local.weekday);
    case 'w':
      return std::to_string(local.weekday);
    case 'a':
      return std::string(day.substr(0, 3));
    case 'A':
      return std::string(day);
    case 'b':
      return std::string(month.substr(0, 3));
    case 'B':
      return std::string(month);
    case 'F':
      return padded(local.year, 4) + "-" + padded(local.month, 2) + "-" + padded(local.day, 2);
    case 'T':
      return padded(local.hour, 2) + ":" + padded(local.minute, 2) + ":" + padded(local.second, 2);
    case 'R':
      return padded(local.hour, 2) + ":" + padded(local.minute, 2);
    case 'L':
      return padded(time.nanos / kNsPerMs, 3);
    case 'f':
      return padded(time.nanos / kNsPerUs, 6);
    case 's':
      return std::to_string(time.seconds);
    case 'z':
      return zone_text(offset);
    default:
      return std::string(1, clause);
  }
}

}  // namespace

std::string format_time_pattern(std::string_view pattern, Timestamp time,
                                std::int32_t offset_seconds) {
  const Civil local = civil_from_seconds(time.seconds + offset_seconds);
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%' && i + 1 < pattern.size()) {
      text += clause_text(pattern[++i], local, time, offset_seconds);
    } else {
      text += pattern[i];
    }
  }
  return text;
}

std::string time_pattern_problem(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    if (++i < pattern.size() && kClauses.find(pattern[i]) != std::string_view::npos) continue;
    return "unknown clause '%" + std::string(pattern.substr(i, i < pattern.size() ? 1 : 0)) +
           "' in a time pattern, expected one of %Y %m %d %H %M %S %F %T %a %b %z and their kin";
  }
  return {};
}

}  // namespace tt::cel
