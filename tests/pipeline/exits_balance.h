// The equation of conservation as any test can assert it, at any moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "pipeline/daemon.h"

namespace tt::pipeline::testing {

/// accepted = delivered + filtered + suppressed + dead + pending (design.md 6.5).
inline ::testing::AssertionResult is_conserved(const ExitStatus& exit) {
  const std::uint64_t found =
      exit.delivered + exit.filtered + exit.suppressed + exit.dead + exit.pending;
  if (exit.accepted == found) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "exit " << exit.name << " accepted " << exit.accepted << ", but delivered "
         << exit.delivered << " + filtered " << exit.filtered << " + suppressed " << exit.suppressed
         << " + dead " << exit.dead << " + pending " << exit.pending << " = " << found
         << " (cursor " << exit.cursor << ", position " << exit.position << ")";
}

/// Of every exit, as of one moment of the routing thread.
inline ::testing::AssertionResult is_conserved(Daemon& daemon) {
  for (const ExitStatus& exit : daemon.exits())
    if (auto result = is_conserved(exit); !result) return result;
  return ::testing::AssertionSuccess();
}

/// The value of a line `name{labels} value` of the Prometheus text; -1: there is none.
inline double metric(const std::string& text, const std::string& name_and_labels) {
  const std::string start = "\n" + name_and_labels + " ";
  const std::size_t at = text.find(start);
  return at == std::string::npos ? -1 : std::stod(text.substr(at + start.size()));
}

}  // namespace tt::pipeline::testing
