// Trace: what happened in a simulated run, its last lines, and one number that stands for all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>

#include "base/clock.h"

namespace tt::simulation {

class Trace {
 public:
  /// With `is_live` each line also goes to stderr at once.
  Trace(const Clock& clock, bool is_live) : clock_(clock), is_live_(is_live) {}

  void note(const std::string& line) {
    char time[32];
    std::snprintf(time, sizeof time, "%12.6f  ", static_cast<double>(clock_.steady_ns()) * 1e-9);
    last_.push_back(time + line);
    if (last_.size() > kLinesKept) last_.pop_front();
    for (const char c : last_.back()) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kPrime;
    if (is_live_) std::fprintf(stderr, "%s\n", last_.back().c_str());
  }
  /// FNV-1a over all lines.
  std::uint64_t hash() const { return hash_; }
  std::string tail() const {
    std::string text;
    for (const std::string& line : last_) text += line + "\n";
    return text;
  }

 private:
  static constexpr std::size_t kLinesKept = 60;
  static constexpr std::uint64_t kPrime = 0x100000001b3;
  const Clock& clock_;
  const bool is_live_;
  std::deque<std::string> last_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace tt::simulation
