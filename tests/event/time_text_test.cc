// TimeText: whatever was asked before, the text is that of the time.
// SPDX-License-Identifier: Apache-2.0
#include "event/time_text.h"

#include <gtest/gtest.h>

#include "base/units.h"

namespace tt::event {
namespace {

TEST(TimeText, is_the_time_within_a_second_over_its_end_and_before_1970) {
  constexpr WallNs kSecond = 1'769'860'800 * kNsPerSec;
  TimeText text;
  for (const WallNs time_ns :
       {kSecond, kSecond + 1'000, kSecond + 999'999'999, kSecond + 5 * kNsPerMs,
        kSecond + kNsPerSec, kSecond + kNsPerSec + 10'000, kSecond, WallNs{0}, WallNs{-1},
        -kNsPerMs, WallNs{999'000}}) {
    EXPECT_EQ(text.quoted(time_ns), "\"" + format_time_us(time_ns) + "\"") << time_ns;
  }
}

}  // namespace
}  // namespace tt::event
