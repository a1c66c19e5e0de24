// Reads suites as a test run does, and stops before the first test.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/check.h"

#include <memory>

#include "config/yaml_reader.h"
#include "rehearse/suite.h"

namespace tt::rehearse {
namespace {

/// The top of a file when it is YAML; what is wrong with it is told by whoever uses it.
std::optional<config::Node> peek(const std::string& path, Disk& disk) {
  config::Files files;
  config::Diagnostics untold;
  std::vector<config::Node> roots = config::read_yaml_files({&path, 1}, disk, files, untold);
  if (roots.size() != 1) return std::nullopt;
  return std::move(roots.front());
}

}  // namespace

bool is_test_file(const std::string& path, Disk& disk) {
  const auto root = peek(path, disk);
  return root && root->find("tests") && !is_configuration(*root);
}

void check_own_tests(std::span<const std::string> paths, const pipeline::Settings* settings,
                     Disk& disk, config::Files& files, config::Diagnostics& diagnostics) {
  for (const std::string& path : config::yaml_paths(paths, disk)) {
    const auto root = peek(path, disk);
    if (!root || !root->find("tests")) continue;
    const auto suite = read_suite(path, disk, files, diagnostics);
    if (suite && settings) check_names(*suite, *settings, diagnostics);
  }
}

void check_test_file(const std::string& path, const pipeline::Settings* settings, Disk& disk,
                     config::Files& files, config::Diagnostics& diagnostics) {
  const auto suite = read_suite(path, disk, files, diagnostics);
  if (!suite) return;
  std::shared_ptr<const pipeline::Settings> named;
  if (!settings) {
    named = pipeline::load_settings(pipeline::find_config(suite->config), files, diagnostics);
    settings = named.get();
  }
  if (settings) check_names(*suite, *settings, diagnostics);
}

}  // namespace tt::rehearse
