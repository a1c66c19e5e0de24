// Calendar arithmetic on days since 1970-01-01.
// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include <array>
#include <cstddef>

namespace tt {
namespace {

// 400 years repeat exactly. Inside them years are counted from March, so that the leap day is the
// last of its year and the lengths of months follow one line: (153 * m + 2) / 5 days before month
// m.
constexpr std::int64_t kDaysPer400Years = 146'097;
// From 0000-03-01 to 1970-01-01.
constexpr std::int64_t kDaysTo1970 = 719'468;

}  // namespace

bool Civil::is_real() const {
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month) && hour >= 0 &&
         hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
}

bool is_leap_year(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::int64_t days_from_civil(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? std::int64_t{year} - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPer400Years + day_of_era - kDaysTo1970;
}

Civil civil_from_days(std::int64_t days) {
  days += kDaysTo1970;
  const std::int64_t era = (days >= 0 ? days : days - kDaysPer400Years + 1) / kDaysPer400Years;
  const std::int64_t day_of_era = days - era * kDaysPer400Years;
  // The leap days before this one (every 1460 days, not every 36524, at the end of 400 years) are
  // taken out, and equal years remain.
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Civil civil;
  civil.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  civil.year = static_cast<int>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  return civil;
}

}  // namespace tt
