// The commands of vortex: each adds itself to the command line and runs from there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apps/cli/exit_code.h"

namespace CLI {
class App;
}

namespace tt::vortex {

using enum cli::ExitCode;
using cli::exit_code_of;

/// Options that every command with a configuration has.
struct ConfigArguments {
  std::vector<std::string> files;  ///< -c, and the positional FILE.
  std::string listen, data, log_level;
};
void add_config_options(CLI::App& app, ConfigArguments& arguments);

// One a file. Each sets `exit_code` when its command was given and has run.
void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_schema(CLI::App& app, int& exit_code);
void add_docs(CLI::App& app, int& exit_code);
void add_decode(CLI::App& app, int& exit_code);
void add_encode(CLI::App& app, int& exit_code);
void add_eval(CLI::App& app, int& exit_code);
void add_why(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_fsck(CLI::App& app, int& exit_code);
void add_dump(CLI::App& app, int& exit_code);
void add_bench_disk(CLI::App& app, int& exit_code);
void add_plugin(CLI::App& app, int& exit_code);

}  // namespace tt::vortex
