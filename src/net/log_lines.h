// LogLines: what a program says on its standard error, as lines for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/child_command.h"

namespace tt::net {

/// Lines are printable, and masked. Of one that is too long its beginning is told, at once.
class LogLines {
 public:
  static constexpr std::size_t kLineBytesMax = 4u << 10;
  static constexpr std::size_t kLastBytesMax = 300;
  using Tell = std::function<void(std::string_view line)>;

  LogLines(LineMask mask, Tell tell) : mask_(std::move(mask)), tell_(std::move(tell)) {}

  void take(std::string_view bytes);  ///< In whatever pieces they come.
  void end();                         ///< Nothing more comes: what has no end is told too.
  const std::string& last() const { return last_; }  ///< Clipped; not one that is blank.

 private:
  void tell(std::string_view line, bool is_cut);

  const LineMask mask_;
  const Tell tell_;
  std::string line_, last_;
  bool is_in_long_line_ = false;  // Its beginning has been told.
};

}  // namespace tt::net
