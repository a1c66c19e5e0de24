// Calendar arithmetic on whole days, and the readers of timestamps and durations.
// SPDX-License-Identifier: Apache-2.0
#include "cel/calendar.h"

#include <array>
#include <cctype>
#include <limits>

namespace tt::cel {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
__extension__ using Wide = __int128;

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(std::int64_t year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// Reads fixed-width numbers and separators.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at_;
    return true;
  }
  bool digit() const { return std::isdigit(static_cast<unsigned char>(peek())) != 0; }
  bool number(int width, int& value) {
    value = 0;
    for (int i = 0; i < width; ++i) {
      if (!digit()) return false;
      value = value * 10 + (text_[at_++] - '0');
    }
    return true;
  }
  bool nanos(std::uint32_t& value) {
    std::uint32_t scale = 100'000'000;
    if (!digit()) return false;
    for (; digit(); ++at_) {
      value += static_cast<std::uint32_t>(text_[at_] - '0') * scale;
      scale /= 10;
    }
    return true;
  }
  /// `Z` or `+hh:mm`, in seconds east of UTC.
  bool zone(std::int64_t& seconds) {
    if (take('Z') || take('z')) return true;
    const bool west = peek() == '-';
    if (!take('+') && !take('-')) return false;
    int hour = 0, minute = 0;
    if (!number(2, hour) || !take(':') || !number(2, minute) || hour > 23 || minute > 59) {
      return false;
    }
    seconds = (west ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
// Longer names first: `ms` is not `m` and then `s`.
constexpr std::array kUnits{Unit{"ns", 1},
                            Unit{"us", kNsPerUs},
                            Unit{"\xc2\xb5s", kNsPerUs},
                            Unit{"\xce\xbcs", kNsPerUs},
                            Unit{"ms", kNsPerMs},
                            Unit{"s", kNsPerSec},
                            Unit{"m", 60 * kNsPerSec},
                            Unit{"h", 3600 * kNsPerSec}};

/// One number and its unit, taken off `text`.
std::optional<Wide> duration_part(std::string_view& text) {
  std::size_t at = 0;
  bool any = false;
  Wide whole = 0;
  for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])); ++at) {
    whole = whole * 10 + (text[at] - '0');
    any = true;
    if (whole > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  }
  Wide part = 0, scale = 1;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])); ++at) {
      any = true;
      if (scale >= 1'000'000'000'000'000) continue;
      part = part * 10 + (text[at] - '0');
      scale *= 10;
    }
  }
  if (!any) return std::nullopt;
  text.remove_prefix(at);
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return whole * unit.ns + part * unit.ns / scale;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  // Years are counted from March, so that the leap day is the last of a year.
  const std::int64_t shifted = month > 2 ? year : year - 1;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const std::int64_t year_of_era = shifted - era * 400;
  const std::int64_t month_from_march = (month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

Civil civil_from_seconds(std::int64_t seconds) {
  std::int64_t days = seconds / kDaySeconds;
  std::int64_t rest = seconds % kDaySeconds;
  if (rest < 0) {
    rest += kDaySeconds;
    --days;
  }
  Civil civil;
  civil.hour = static_cast<int>(rest / 3600);
  civil.minute = static_cast<int>(rest / 60 % 60);
  civil.second = static_cast<int>(rest % 60);
  civil.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  // The year is guessed from the mean length and corrected by at most one.
  std::int64_t year = 1970 + days * 400 / 146'097;
  while (days_from_civil(year, 1, 1) > days) --year;
  while (days_from_civil(year + 1, 1, 1) <= days) ++year;
  civil.year = year;
  civil.day_of_year = static_cast<int>(days - days_from_civil(year, 1, 1));
  int left = civil.day_of_year;
  civil.month = 1;
  while (left >= days_in_month(year, civil.month)) left -= days_in_month(year, civil.month++);
  civil.day = left + 1;
  return civil;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Reader reader(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!reader.number(4, year) || !reader.take('-') || !reader.number(2, month) ||
      !reader.take('-') || !reader.number(2, day)) {
    return std::nullopt;
  }
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
  if (!reader.number(2, hour) || !reader.take(':') || !reader.number(2, minute) ||
      !reader.take(':') || !reader.number(2, second)) {
    return std::nullopt;
  }
  Timestamp time;
  if (reader.take('.') && !reader.nanos(time.nanos)) return std::nullopt;
  std::int64_t zone = 0;
  if (!reader.zone(zone) || !reader.done()) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  time.seconds =
      days_from_civil(year, month, day) * kDaySeconds + hour * 3600 + minute * 60 + second - zone;
  if (!in_timestamp_range(time)) return std::nullopt;
  return time;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  Wide total = 0;
  while (!text.empty()) {
    const auto part = duration_part(text);
    if (!part) return std::nullopt;
    total += *part;
    if (total > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  }
  return static_cast<std::int64_t>(negative ? -total : total);
}

}  // namespace tt::cel
