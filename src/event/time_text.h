// TimeText: the time that events without one get, as JSON text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace tt::event {

/// Formats what changes: within a second that is the fraction.
class TimeText {
 public:
  /// RFC 3339 with microseconds, in quotes; borrowed until the next call.
  std::string_view quoted(WallNs time_ns);

 private:
  static constexpr WallNs kNever = -1;

  WallNs second_ = kNever;  // Whose text_ is, whatever its fraction.
  std::string text_;
};

/// That of the calling thread.
TimeText& thread_time_text();

}  // namespace tt::event
