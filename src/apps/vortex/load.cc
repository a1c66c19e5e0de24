// The options that name a configuration, and how it is read, spelled once for all commands.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/load.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/units.h"

namespace tt::vortex {

void add_config_options(CLI::App& app, ConfigArguments& arguments) {
  app.add_option("-c,--config,FILE", arguments.files,
                 "configuration files or folders; else $VORTEX_CONFIG, ./vortex.yaml, "
                 "/etc/time-tunnel/vortex.yaml, else the built-in default");
  app.add_option("--listen", arguments.listen, "overrides `listen:`")->type_name("ADDRESS");
  app.add_option("--data", arguments.data, "overrides `data:`")->type_name("FOLDER");
  app.add_option("--log-level", arguments.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
}

pipeline::ConfigSource source_of(const ConfigArguments& arguments) {
  pipeline::ConfigSource source = pipeline::find_config(arguments.files);
  if (!arguments.listen.empty()) source.listen = arguments.listen;
  if (!arguments.data.empty()) source.data = arguments.data;
  if (!arguments.log_level.empty()) source.log_level = arguments.log_level;
  return source;
}

pipeline::LoadedConfig load_config(const pipeline::ConfigSource& source, Tell tell) {
  auto files = std::make_shared<config::Files>();
  config::Diagnostics diagnostics;
  auto settings = pipeline::load_settings(source, *files, diagnostics);
  if (!settings || tell == Tell::kAll)
    std::fputs(config::print_text(diagnostics, *files, isatty(STDERR_FILENO)).c_str(), stderr);
  return {std::move(settings), std::move(files)};
}

std::optional<WallNs> parse_received(const std::string& text) {
  if (text.empty()) return system_clock().wall_ns();
  const auto time = parse_time(text);
  if (!time) fail("--received " + text + " is no time; write it as 2026-01-31T12:00:00Z");
  return time;
}

std::string read_stdin() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

int fail(const std::string& text) {
  std::fprintf(stderr, "vortex: %s\n", text.c_str());
  return kFailed;
}

int fail(const Error& error) {
  std::fprintf(stderr, "vortex: %s\n", error.text.c_str());
  return exit_code_of(error);
}

}  // namespace tt::vortex
