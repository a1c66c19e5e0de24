// Reads windows of the week.
// SPDX-License-Identifier: Apache-2.0
#include "cel/week_windows.h"

#include <array>

#include "base/text.h"

namespace tt::cel {
namespace {

constexpr int kDayMinutes = 24 * 60;
constexpr int kWeekMinutes = 7 * kDayMinutes;
constexpr std::array<std::string_view, 7> kDayWords{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};

std::optional<int> day_of(std::string_view word) {
  const std::string lower = to_lower(word);
  for (std::size_t i = 0; i < kDayWords.size(); ++i) {
    if (lower == kDayWords[i] || lower == kDayWords[i].substr(0, 3)) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> minute_of(std::string_view text) {
  if (text.size() == 4) text = text.substr(0, 4);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon != 3 || colon == 0)
    return std::nullopt;
  const auto hour = parse_u64(text.substr(0, colon));
  const auto minute = parse_u64(text.substr(colon + 1));
  if (!hour || !minute || *minute > 59 || *hour > 24 || (*hour == 24 && *minute > 0)) {
    return std::nullopt;
  }
  return static_cast<int>(*hour * 60 + *minute);
}

/// `mon` or `mon-fri`, marked in `days`.
bool mark_days(std::string_view text, std::array<bool, 7>& days) {
  const std::size_t dash = text.find('-');
  const auto first = day_of(trim(text.substr(0, dash)));
  const auto last = dash == std::string_view::npos ? first : day_of(trim(text.substr(dash + 1)));
  if (!first || !last) return false;
  for (int day = *first;; day = (day + 1) % 7) {
    days[static_cast<std::size_t>(day)] = true;
    if (day == *last) return true;
  }
}

}  // namespace

std::optional<WeekWindows> WeekWindows::parse(std::string_view text, std::string& problem) {
  WeekWindows made;
  std::array<bool, 7> days{};
  bool any_day = false;
  const auto add = [&](int begin, int end) {
    for (int day = 0; day < 7; ++day) {
      if (any_day && !days[static_cast<std::size_t>(day)]) continue;
      made.windows_.push_back({day * kDayMinutes + begin, day * kDayMinutes + end});
    }
    days = {};
    any_day = false;
  };
  const auto fail = [&](std::string_view part) {
    problem = "cannot read " + json_string(part) +
              " as a window of the week, expected for example \"mon-fri 08:00-18:00\"";
    return std::nullopt;
  };
  for (const std::string_view piece : split(text, ',')) {
    const std::string_view part = trim(piece);
    std::size_t times = 0;
    while (times < part.size() && !is_digit(part[times])) ++times;
    const std::string_view day_text = trim(part.substr(0, times));
    const std::string_view time_text = trim(part.substr(times));
    if (part.empty()) return fail(text);
    if (!day_text.empty()) {
      if (!mark_days(day_text, days)) return fail(part);
      any_day = true;
    }
    if (time_text.empty()) continue;  // Days of the next window with times, or whole days.
    const std::size_t dash = time_text.find('-');
    if (dash == std::string_view::npos) return fail(part);
    const auto begin = minute_of(trim(time_text.substr(0, dash)));
    const auto end = minute_of(trim(time_text.substr(dash + 1)));
    if (!begin || !end || *begin == *end || *begin == kDayMinutes) return fail(part);
    add(*begin, *end < *begin ? *end + kDayMinutes : *end);
  }
  if (any_day) add(0, kDayMinutes);
  return made;
}

bool WeekWindows::holds(const Civil& local) const {
  const int minute = local.weekday * kDayMinutes + local.hour * 60 + local.minute;
  for (const Window& window : windows_) {
    if (minute >= window.begin && minute < window.end) return true;
    // A window that runs into the next week.
    if (minute + kWeekMinutes < window.end) return true;
  }
  return false;
}

}  // namespace tt::cel
