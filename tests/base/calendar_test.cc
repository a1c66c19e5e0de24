// Tests of the calendar: every day of 800 years, there and back.
// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

TEST(Calendar, knows_some_days_of_history) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11'017);
  EXPECT_EQ(days_from_civil(1, 1, 1), -719'162);
  EXPECT_EQ(days_from_civil(9999, 12, 31), 2'932'896);
}

TEST(Calendar, counts_every_day_once_over_two_whole_cycles) {
  std::int64_t days = days_from_civil(1600, 1, 1);
  for (int year = 1600; year < 2400; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= days_in_month(year, month); ++day, ++days) {
        ASSERT_EQ(days_from_civil(year, month, day), days);
        const Civil back = civil_from_days(days);
        ASSERT_TRUE(back.year == year && back.month == month && back.day == day)
            << year << "-" << month << "-" << day;
      }
    }
  }
}

TEST(Calendar, leap_years_are_those_of_the_gregorian_rule) {
  EXPECT_TRUE(is_leap_year(2000));
  EXPECT_TRUE(is_leap_year(2024));
  EXPECT_FALSE(is_leap_year(1900));
  EXPECT_FALSE(is_leap_year(2023));
}

TEST(Calendar, tells_real_times_from_others) {
  EXPECT_TRUE((Civil{2024, 2, 29, 23, 59, 60}.is_real()));
  EXPECT_FALSE((Civil{2023, 2, 29, 0, 0, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 13, 1, 0, 0, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 0, 1, 0, 0, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 1, 0, 0, 0, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 1, 1, 24, 0, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 1, 1, 0, 60, 0}.is_real()));
  EXPECT_FALSE((Civil{2023, 1, 1, 0, 0, 61}.is_real()));
}

}  // namespace
}  // namespace tt
