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
  config::Files files;
  config::Diagnostics diagnostics;
  const auto suite = read_suite(path, disk_, files, diagnostics);
  if (!suite) return finish(path, nullptr, {}, files, diagnostics);
  const Loaded& loaded = load(options_.config.empty() ? suite->config : options_.config);
  return finish(path, &*suite, loaded, files, diagnostics);
}

SuiteResult Session::run_text(const std::string& name, const std::string& text) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto suite = read_suite_text(name, text, files, diagnostics);
  if (!suite) return finish(name, nullptr, {}, files, diagnostics);
  if (!suite->holds_configuration || !options_.config.empty()) {
    const Loaded& loaded = load(options_.config.empty() ? suite->config : options_.config);
    return finish(name, &*suite, loaded, files, diagnostics);
  }
  pipeline::ConfigSource own;
  own.kept = {{name, text}};
  return finish(name, &*suite, load(own), files, diagnostics);
}

SuiteResult Session::finish(const std::string& path, const Suite* suite, const Loaded& loaded,
                            const config::Files& files, config::Diagnostics& diagnostics) const {
  SuiteResult result;
  result.path = path;
  if (suite && loaded.settings) check_names(*suite, *loaded.settings, diagnostics);
  diagnostics.sort();
  const bool is_refused = diagnostics.has_errors() || !loaded.settings;
  (is_refused ? result.problem : result.warnings) = config::print_text(diagnostics, files);
  result.problem += loaded.problem;
  if (!is_refused) result.tests = run(*suite, loaded);
  return result;
}

std::vector<TestResult> Session::run(const Suite& suite, const Loaded& loaded) const {
  std::vector<TestResult> results;
  for (const TestConfig& test : suite.tests)
    if (test.name.find(options_.filter) != std::string::npos)
      results.push_back(run_test(test, loaded.settings, disk_));
  return results;
}

Session::Loaded Session::load(const pipeline::ConfigSource& source) {
  config::Files files;
  config::Diagnostics diagnostics;
  Loaded loaded{pipeline::load_settings(source, files, diagnostics), {}};
  if (!loaded.settings) loaded.problem = errors_of(diagnostics, files);
  return loaded;
}

const Session::Loaded& Session::load(const std::vector<std::string>& paths) {
  const auto [found, is_new] = loaded_.try_emplace(paths);
  if (is_new) found->second = load(pipeline::find_config(paths));
  return found->second;
}

}  // namespace tt::rehearse
