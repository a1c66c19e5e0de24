// Parsing of a command line, with an answer to words that name no command.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace tt::cli {

/// Runs `app` over the command line. What cannot be parsed is told on stderr and gives `usage`;
/// help and version give 0; else `exit_code`, which the commands set while this runs.
int parse(CLI::App& app, int argc, char** argv, int& exit_code, int usage);

}  // namespace tt::cli
