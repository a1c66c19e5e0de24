// vortex check: everything that can be said about a configuration without opening a socket.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"

namespace tt::vortex {
namespace {

struct CheckArguments {
  ConfigArguments config;
  bool json = false, strict = false, secrets = false;
};

int check(const CheckArguments& arguments) {
  pipeline::ConfigSource source = source_of(arguments.config);
  source.secrets_are_errors = arguments.secrets;
  config::Files files;
  config::Diagnostics diagnostics;
  const auto settings = pipeline::load_settings(source, files, diagnostics);
  if (arguments.strict) diagnostics.make_strict();
  if (arguments.json) {
    std::puts(config::print_json(diagnostics, files).c_str());
  } else {
    std::fputs(config::print_text(diagnostics, files, isatty(STDOUT_FILENO)).c_str(), stdout);
    const std::size_t errors = diagnostics.count(config::Severity::kError);
    const std::size_t warnings = diagnostics.count(config::Severity::kWarning);
    std::printf("%s: %s, %zu error%s, %zu warning%s\n", source.describe().c_str(),
                errors ? "refused" : "fine", errors, errors == 1 ? "" : "s", warnings,
                warnings == 1 ? "" : "s");
  }
  return !settings || diagnostics.has_errors() ? kFailed : kOk;
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
      "Exit code 1 when there is an error.\nExample: vortex check --strict vortex.yaml");
  command->callback([=, &exit_code] { exit_code = check(*arguments); });
}

}  // namespace tt::vortex
