// Progress: one line on the terminal of a person who waits longer than a second; else nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/clock.h"

namespace tt::cli {

/// Writes to stderr, over itself, a few times a second, when stderr is a terminal. Not thread safe.
class Progress {
 public:
  explicit Progress(Clock& clock);
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` from 0 to 1; `text` says what has been done so far. Cheap: call it often.
  void show(double done, std::string_view text);
  /// Removes the line, so that what is printed next stands where it was.
  void end();

 private:
  Clock& clock_;
  const bool is_terminal_;
  SteadyNs next_ns_;
  bool is_shown_ = false;
};

}  // namespace tt::cli
