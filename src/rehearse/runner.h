// Runner: rehearses the events of one test and compares what comes of them with what should.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/disk.h"
#include "pipeline/settings.h"
#include "rehearse/expected.h"
#include "rehearse/test_config.h"

namespace tt::rehearse {

/// When a test's event came, if the test does not say: a Thursday.
constexpr std::string_view kReceivedDefault = "2026-01-01T12:00:00Z";
constexpr std::string_view kIdDefault = "00000000-1";
constexpr std::size_t kBodyFileBytesMax = 25u << 20;

struct TestResult {
  std::string name;
  config::Mark mark;
  Differences differences;
  /// The rules that the differences are about, with the values of their operands.
  std::string why;
  bool passed() const { return differences.empty(); }
};

/// The test has passed read_suite() and check_names(). `disk` reads `body_file`. Needs no secret;
/// in requests they read `***`.
TestResult run_test(const TestConfig& test,
                    const std::shared_ptr<const pipeline::Settings>& settings, Disk& disk);

}  // namespace tt::rehearse
