// Week windows: "mon-fri 08:00-18:00, sat 10:00-12:00" as a test on local time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/calendar.h"

namespace tt::cel {

/// Days are `mon` or `monday`, ranges `fri-mon`, lists `mon,wed`; times `hh:mm-hh:mm`, the end not
/// included, `24:00` allowed. Without days: every day; without times: the whole day. Several
/// windows stand one after another with commas. An end before its start is on the next day.
class WeekWindows {
 public:
  /// Nothing, and why, when the text is not understood.
  static std::optional<WeekWindows> parse(std::string_view text, std::string& problem);
  bool holds(const Civil& local) const;

 private:
  /// Minutes since Sunday 00:00; the end may lie in the next week.
  struct Window {
    int begin = 0;
    int end = 0;
  };
  std::vector<Window> windows_;
};

}  // namespace tt::cel
