// Shell completion, generated from the command line's own description.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace tt::cli {

/// Adds `completion SHELL`, which prints a script for bash, zsh or fish that completes the
/// subcommands and options of `app` as they are when it runs.
void add_completion(CLI::App& app, int& exit_code);

/// The script itself; empty for an unknown shell.
std::string completion_script(const CLI::App& app, std::string_view shell);

}  // namespace tt::cli
