// The options that name a configuration, spelled once for all commands.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "apps/vortex/load.h"

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

}  // namespace tt::vortex
