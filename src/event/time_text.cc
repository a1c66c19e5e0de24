// The text of a second is kept; its six digits are written anew.
// SPDX-License-Identifier: Apache-2.0
#include "event/time_text.h"

#include "base/units.h"

namespace tt::event {

std::string_view TimeText::quoted(WallNs time_ns) {
  const WallNs second = time_ns / kNsPerSec;
  if (time_ns < 0 || second != second_) {
    text_ = "\"" + format_time_us(time_ns) + "\"";
    second_ = time_ns < 0 ? kNever : second;
    return text_;
  }
  constexpr std::size_t kBehindDigits = 2;  // `Z"`
  char* p = text_.data() + text_.size() - kBehindDigits;
  WallNs fraction_us = time_ns % kNsPerSec / kNsPerUs;
  for (int i = 0; i < 6; ++i, fraction_us /= 10) *--p = static_cast<char>('0' + fraction_us % 10);
  return text_;
}

TimeText& thread_time_text() {
  thread_local TimeText text;
  return text;
}

}  // namespace tt::event
