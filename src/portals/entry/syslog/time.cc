// Times of old messages: without a year, without a zone, or with both at unusual places.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "base/calendar.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/entry/syslog/message.h"

namespace tt::portals::entry::syslog {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
// Clocks go wrong and zones are unknown: a time may lie this far ahead of ours before it is one of
// last year. In December, January is then next year, and in January, December last year.
constexpr std::int64_t kAheadMaxSeconds = 31 * kDaySeconds;

std::optional<int> take_number(std::string_view& rest, std::size_t digits_min,
                               std::size_t digits_max) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits < digits_min || digits > digits_max) return std::nullopt;
  const auto value = parse_u64(rest.substr(0, digits));
  rest.remove_prefix(digits);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<int> take_month(std::string_view& rest) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::size_t at = kMonths.find(to_lower(rest.substr(0, 3)));
  if (rest.size() < 4 || rest[3] != ' ' || at == std::string_view::npos || at % 3 != 0)
    return std::nullopt;
  rest.remove_prefix(4);
  return static_cast<int>(at / 3) + 1;
}

/// A year, and what ends it, so that a host that is a number stays one.
std::optional<int> take_year(std::string_view& rest) {
  std::string_view at = rest;
  const auto year = take_number(at, 4, 4);
  if (!year || *year < 1970 || *year > 2200 || (!at.empty() && at[0] != ' ' && at[0] != ':'))
    return std::nullopt;
  rest = at;
  return year;
}

/// `HH:MM:SS`, and a fraction, which comes with either mark.
bool take_clock(std::string_view& rest, Civil& civil, std::int64_t& fraction_ns) {
  for (int* part : {&civil.hour, &civil.minute, &civil.second}) {
    if (part != &civil.hour && !rest.starts_with(':')) return false;
    if (part != &civil.hour) rest.remove_prefix(1);
    const auto value = take_number(rest, 2, 2);
    if (!value) return false;
    *part = *value;
  }
  if (rest.size() < 2 || (rest[0] != '.' && rest[0] != ',') || !is_digit(rest[1])) return true;
  rest.remove_prefix(1);
  std::int64_t unit = kNsPerSec / 10;
  for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1), unit /= 10)
    fraction_ns += (rest[0] - '0') * unit;
  return true;
}

/// Cisco names the zone between the time and its colon. Seconds east of UTC; nothing when it names
/// none that stands for itself (`CET` may be anybody's).
std::optional<std::int64_t> take_zone(std::string_view& rest) {
  const std::size_t end = rest.find(':', 1);
  if (!rest.starts_with(' ') || end == std::string_view::npos || end > 7) return std::nullopt;
  const std::string_view name = rest.substr(1, end - 1);
  if (name.size() < 3 || name.find(' ') != std::string_view::npos) return std::nullopt;
  if (name == "UTC" || name == "GMT") {
    rest.remove_prefix(end);
    return 0;
  }
  const bool is_offset = name.size() == 5 && (name[0] == '+' || name[0] == '-') &&
                         std::all_of(name.begin() + 1, name.end(), is_digit);
  if (is_offset) {
    const auto value = static_cast<std::int64_t>(*parse_u64(name.substr(1)));
    const std::int64_t seconds = (value / 100 * 60 + value % 100) * 60;
    rest.remove_prefix(end);
    return name[0] == '-' ? -seconds : seconds;
  }
  if (std::all_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    rest.remove_prefix(end);
  return std::nullopt;
}

/// The offset at the moment that the offset of the moment before leads to: right but for the hour
/// that comes twice.
std::int64_t offset_at(const TimeZone& zone, std::int64_t local_seconds) {
  return zone.offset_seconds(local_seconds - zone.offset_seconds(local_seconds));
}

std::int64_t utc_seconds(const Civil& civil, const When& when, std::optional<std::int64_t> offset) {
  const std::int64_t local = days_from_civil(civil.year, civil.month, civil.day) * kDaySeconds +
                             civil.hour * 3600 + civil.minute * 60 + civil.second;
  if (offset) return local - *offset;
  if (!when.zone) return local;
  return local - offset_at(*when.zone, local);
}

/// The latest year that does not put the time too far ahead and has its day.
std::optional<std::int64_t> in_latest_year(Civil civil, const When& when,
                                           std::optional<std::int64_t> offset) {
  const std::int64_t now = when.now_ns / kNsPerSec;
  const int this_year = civil_from_days(now / kDaySeconds).year;
  // The 29th of February may be eight years back.
  for (civil.year = this_year + 1; civil.year > this_year - 9; --civil.year) {
    if (!civil.is_real()) continue;
    const std::int64_t seconds = utc_seconds(civil, when, offset);
    if (seconds <= now + kAheadMaxSeconds) return seconds;
  }
  return std::nullopt;
}

/// `Aug  7 06:30:00`, with a year in front (NX-OS), behind the day (ASA) or behind the time
/// (Linksys), and with a zone where a colon ends it.
std::string read_month_name_time(std::string_view& rest, const When& when) {
  std::string_view at = rest;
  std::optional<int> year = take_year(at);
  skip_spaces(at);
  const auto month = take_month(at);
  if (!month) return "";
  skip_spaces(at);
  const auto day = take_number(at, 1, 2);
  if (!day || !at.starts_with(' ')) return "";
  skip_spaces(at);
  if (!year) year = take_year(at);
  skip_spaces(at);

  Civil civil{.year = 2000, .month = *month, .day = *day};
  std::int64_t fraction_ns = 0;
  if (!take_clock(at, civil, fraction_ns)) return "";
  if (!year && at.starts_with(' ')) {
    std::string_view behind = at.substr(1);
    year = take_year(behind);
    if (year) at = behind;
  }
  const auto offset = take_zone(at);
  if (!at.empty() && at[0] != ' ' && at[0] != ':') return "";
  if (year) civil.year = *year;
  if (!civil.is_real()) return "";
  const auto seconds =
      year ? utc_seconds(civil, when, offset) : in_latest_year(civil, when, offset);
  if (!seconds) return "";
  rest = at;
  return format_time(*seconds * kNsPerSec + fraction_ns);
}

/// `2006-11-10T10:43:21.156+01:00`, also with a space in the middle, or without a zone.
std::string read_iso_time(std::string_view& rest, const When& when) {
  if (rest.size() < 16 || rest[4] != '-') return "";
  const std::size_t from = rest[10] == ' ' ? 11 : 0;
  const std::size_t end = std::min(rest.find(' ', from), rest.size());
  std::string_view word = rest.substr(0, end);
  if (word.ends_with(':')) word.remove_suffix(1);
  const auto time = parse_time(word);
  if (!time) return "";
  rest.remove_prefix(word.size());
  const bool has_zone = word.find_first_of("Zz+-", 11) != std::string_view::npos;
  if (has_zone || !when.zone) return std::string(word);
  const std::int64_t local = *time / kNsPerSec;
  return format_time(*time - offset_at(*when.zone, local) * kNsPerSec);
}

}  // namespace

std::string read_old_time(std::string_view& rest, const When& when) {
  if (rest.empty()) return "";
  std::string time = is_digit(rest[0]) ? read_iso_time(rest, when) : std::string();
  return time.empty() ? read_month_name_time(rest, when) : time;
}

}  // namespace tt::portals::entry::syslog
