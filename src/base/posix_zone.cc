// The rule form of a time zone: POSIX's TZ variable (IEEE 1003.1 section 8.3, RFC 8536 3.3).
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <cstdint>

#include "base/time_zone.h"

namespace tt {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// Days since 1970 of 1 January; correct for all years that matter (floor division).
std::int64_t days_before_year(std::int64_t year) {
  const std::int64_t y = year - 1;
  const auto floor_div = [](std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && a < 0 ? 1 : 0);
  };
  return y * 365 + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 719'162;
}

std::int64_t year_of(std::int64_t seconds) {
  std::int64_t year = 1970 + seconds / 31'556'952;
  while (days_before_year(year) * kDaySeconds > seconds) --year;
  while (days_before_year(year + 1) * kDaySeconds <= seconds) ++year;
  return year;
}

/// When daylight saving begins or ends.
struct Change {
  enum class Form : unsigned char { kMonthWeek, kJulian, kDayOfYear } form = Form::kMonthWeek;
  int month = 1, week = 1, day = 0;
  std::int32_t seconds = 7200;  ///< After local midnight.

  /// Local wall seconds since 1970 in a year.
  std::int64_t in_year(std::int64_t year) const {
    return (days_before_year(year) + day_of_year(year)) * kDaySeconds + seconds;
  }

 private:
  std::int64_t day_of_year(std::int64_t year) const {
    if (form == Form::kDayOfYear) return day;
    if (form == Form::kJulian) return day - 1 + (is_leap(year) && day >= 60 ? 1 : 0);
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::int64_t first = 0;
    for (int m = 1; m < month; ++m) first += kDays[m - 1] + (m == 2 && is_leap(year) ? 1 : 0);
    const int length = kDays[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
    const std::int64_t weekday = ((days_before_year(year) + first + 4) % 7 + 7) % 7;
    int date = static_cast<int>((day - weekday + 7) % 7) + 7 * (week - 1);
    while (date >= length) date -= 7;
    return first + date;
  }
};

class RuleZone final : public TimeZone {
 public:
  std::int32_t offset_seconds(std::int64_t utc_seconds) const override {
    if (!has_daylight) return standard;
    const std::int64_t year = year_of(utc_seconds + standard);
    const std::int64_t begin = start.in_year(year) - standard;
    const std::int64_t end = stop.in_year(year) - daylight;
    const bool inside = begin < end ? utc_seconds >= begin && utc_seconds < end
                                    : utc_seconds >= begin || utc_seconds < end;
    return inside ? daylight : standard;
  }

  std::int32_t standard = 0, daylight = 0;
  bool has_daylight = false;
  Change start, stop;
};

class ZoneReader {
 public:
  explicit ZoneReader(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool name() {
    const std::size_t begin = at_;
    if (take('<')) {
      while (!done() && peek() != '>') ++at_;
      return take('>');
    }
    while (std::isalpha(static_cast<unsigned char>(peek()))) ++at_;
    return at_ - begin >= 3;
  }
  bool number(int& value, int most) {
    value = 0;
    const std::size_t begin = at_;
    while (std::isdigit(static_cast<unsigned char>(peek())) && at_ - begin < 4) {
      value = value * 10 + (text_[at_++] - '0');
    }
    return at_ > begin && value <= most;
  }
  /// `[+-]h[:m[:s]]` in seconds.
  bool time(std::int32_t& seconds) {
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    int h = 0, m = 0, s = 0;
    if (!number(h, 167)) return false;
    if (take(':') && (!number(m, 59) || (take(':') && !number(s, 59)))) return false;
    seconds = (negative ? -1 : 1) * (h * 3600 + m * 60 + s);
    return true;
  }
  bool change(Change& change) {
    if (!take(',')) return false;
    if (take('M')) {
      if (!number(change.month, 12) || change.month < 1 || !take('.') || !number(change.week, 5) ||
          change.week < 1 || !take('.') || !number(change.day, 6)) {
        return false;
      }
    } else {
      change.form = take('J') ? Change::Form::kJulian : Change::Form::kDayOfYear;
      if (!number(change.day, 365)) return false;
    }
    return !take('/') || time(change.seconds);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::shared_ptr<const TimeZone> read_posix_zone(std::string_view text) {
  ZoneReader reader(text);
  auto zone = std::make_shared<RuleZone>();
  std::int32_t west = 0;
  if (!reader.name() || !reader.time(west)) return nullptr;
  zone->standard = -west;
  if (reader.done()) return zone;
  zone->has_daylight = true;
  if (!reader.name()) return nullptr;
  zone->daylight = zone->standard + 3600;
  if (reader.peek() != ',') {
    if (!reader.time(west)) return nullptr;
    zone->daylight = -west;
  }
  if (!reader.change(zone->start) || !reader.change(zone->stop) || !reader.done()) return nullptr;
  return zone;
}

}  // namespace tt
