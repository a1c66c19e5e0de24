// vortex check: everything that can be said about a configuration without opening a socket.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/check.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "apps/vortex/load.h"

namespace tt::vortex {
namespace {

struct CheckArguments {
  ConfigArguments config;
  bool json = false, strict = false, secrets = false;
};

/// The files given: a configuration, and files of tests beside it or alone. Keeps the former in
/// `source`.
void check_all(pipeline::ConfigSource& source, config::Files& files,
               config::Diagnostics& diagnostics) {
  std::vector<std::string> suites;
  const auto is_suite = [](const std::string& path) {
    return rehearse::is_test_file(path, system_disk());
  };
  std::copy_if(source.paths.begin(), source.paths.end(), std::back_inserter(suites), is_suite);
  std::erase_if(source.paths, is_suite);
  std::shared_ptr<const pipeline::Settings> settings;
  if (suites.empty() || !source.paths.empty()) {
    settings = pipeline::load_settings(source, files, diagnostics);
    rehearse::check_own_tests(source.paths, settings.get(), system_disk(), files, diagnostics);
    if (!settings) return;  // Names in tests mean nothing without a configuration.
  }
  for (const std::string& path : suites)
    rehearse::check_test_file(path, settings.get(), system_disk(), files, diagnostics);
}

int check(const CheckArguments& arguments) {
  pipeline::ConfigSource source = source_of(arguments.config);
  source.secrets_are_errors = arguments.secrets;
  const std::string name = source.describe();
  config::Files files;
  config::Diagnostics diagnostics;
  check_all(source, files, diagnostics);
  diagnostics.sort();
  if (arguments.strict) diagnostics.make_strict();
  if (arguments.json) {
    std::puts(config::print_json(diagnostics, files).c_str());
  } else {
    std::fputs(config::print_text(diagnostics, files, isatty(STDOUT_FILENO)).c_str(), stdout);
    const std::size_t errors = diagnostics.count(config::Severity::kError);
    const std::size_t warnings = diagnostics.count(config::Severity::kWarning);
    std::printf("%s: %s, %zu error%s, %zu warning%s\n", name.c_str(), errors ? "refused" : "fine",
                errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  }
  return diagnostics.has_errors() ? kFailed : kOk;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand("check", "validates a configuration, offline");
  add_config_options(*command, arguments->config);
  command->add_flag("--json", arguments->json, "diagnostics as one JSON array");
  command->add_flag("--strict", arguments->strict, "warnings are errors");
  command->add_flag("--secrets", arguments->secrets, "a missing secret is an error");
  command->footer(
      "Exit code 1 when there is an error. Rule tests are checked too, and not run: `tests:` of a\n"
      "configuration, and files of tests against the configuration that they name.\n"
      "Examples:\n"
      "  vortex check --strict vortex.yaml\n"
      "  vortex check vortex.yaml rules.test.yaml");
  command->callback([=, &exit_code] { exit_code = check(*arguments); });
}

}  // namespace tt::vortex
