// Read the file, read what it tests, run what the filter lets through.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/session.h"

#include <utility>

namespace tt::rehearse {
namespace {

/// Warnings are the business of `vortex check`.
std::string errors_of(const config::Diagnostics& diagnostics, const config::Files& files) {
  config::Diagnostics errors;
  for (const config::Diagnostic& one : diagnostics.list())
    if (one.severity == config::Severity::kError) errors.error("bad-value", {}, "") = one;
  errors.sort();
  return config::print_text(errors, files);
}

}  // namespace

SuiteResult Session::run(const std::string& path) {
  SuiteResult result;
  result.path = path;
  config::Files files;
  config::Diagnostics diagnostics;
  if (const auto suite = read_suite(path, disk_, files, diagnostics))
    run(*suite, diagnostics, result);
  diagnostics.sort();
  if (diagnostics.has_errors()) {
    result.problem = config::print_text(diagnostics, files);
  } else {
    result.warnings = config::print_text(diagnostics, files);
  }
  return result;
}

void Session::run(const Suite& suite, config::Diagnostics& diagnostics, SuiteResult& result) {
  const Loaded& loaded = load(options_.config.empty() ? suite.config : options_.config);
  if (!loaded.settings) {
    result.problem = loaded.problem;
    return;
  }
  check_names(suite, *loaded.settings, diagnostics);
  if (diagnostics.has_errors()) return;
  for (const TestConfig& test : suite.tests)
    if (test.name.find(options_.filter) != std::string::npos)
      result.tests.push_back(run_test(test, loaded.settings, disk_));
}

const Session::Loaded& Session::load(const std::vector<std::string>& paths) {
  const auto [found, is_new] = loaded_.try_emplace(paths);
  if (!is_new) return found->second;
  config::Files files;
  config::Diagnostics diagnostics;
  const pipeline::ConfigSource source = pipeline::find_config(paths);
  found->second.settings = pipeline::load_settings(source, files, diagnostics);
  if (!found->second.settings) found->second.problem = errors_of(diagnostics, files);
  return found->second;
}

}  // namespace tt::rehearse
