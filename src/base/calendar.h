// Days, months and years of the proleptic Gregorian calendar.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tt {

/// A date and a time of day, without a zone. Months and days count from 1.
struct Civil {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  /// True when the day exists and the time is one of a day; second 60 is let through for the caller
  /// to judge.
  bool is_real() const;
};

bool is_leap_year(int year);
/// `month` within 1 to 12.
int days_in_month(int year, int month);
/// Days since 1970-01-01; any year, `month` within 1 to 12.
std::int64_t days_from_civil(int year, int month, int day);
/// The inverse; the time of day is 0.
Civil civil_from_days(std::int64_t days);

}  // namespace tt
