// Reports of test runs: text for people, JUnit XML for build servers, JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rehearse/runner.h"

namespace tt::rehearse {

struct SuiteResult {
  std::string path;
  std::string problem;  ///< Diagnostics, when the file or its configuration is refused; else empty.
  std::string warnings;  ///< Diagnostics of the file itself that stop nothing.
  std::vector<TestResult> tests;
};

struct Totals {
  std::size_t tests = 0, failed = 0, refused_files = 0;
  bool is_good() const { return failed == 0 && refused_files == 0; }
};
Totals totals_of(std::span<const SuiteResult> suites);

/// The file, a line for each test, and below a failed one what differs: `-` expected, `+` found.
/// Ends with a newline. Without control characters of the events.
std::string text_report(const SuiteResult& suite, bool is_coloured);
/// "12 tests, 11 passed, 1 failed".
std::string summary(const Totals& totals);
/// One <testsuite> a file, one <testcase> a test. A refused file is one test case with an error.
std::string junit_report(std::span<const SuiteResult> suites);
/// {"files": [{"file", "problem"?, "warnings"?, "tests": [{"name", "line", "passed", "differences":
/// [{"path", "expected", "found", "note"?, "line"?}], "why"?}]}], "tests", "failed",
/// "refused_files"}.
std::string json_report(std::span<const SuiteResult> suites);

}  // namespace tt::rehearse
