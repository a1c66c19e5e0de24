// tictoc: sends events, looks at them, and operates a running daemon over its HTTP API.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "apps/cli/completion.h"
#include "apps/cli/parse.h"
#include "apps/tictoc/client.h"
#include "apps/tictoc/spool.h"

int main(int argc, char** argv) try {
  CLI::App app{"sends events to time-tunnel, looks at them, and operates the daemon"};
  app.name("tictoc");
  app.set_version_flag("--version", "tictoc " TT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // --url and --token anywhere on the line.
  app.get_formatter()->column_width(34);
  app.footer(
      "Examples:\n"
      "  tictoc send \"it works\" --severity notice\n"
      "  tictoc tail --where 'event.severity.atLeast(\"error\")'\n"
      "  tictoc search --since 2h --kind urn:gitlab:pipeline\n"
      "  tictoc exit ls\n" +
      std::string(tt::cli::kExitCodesHelp));

  tt::tictoc::Common common;
  app.add_option("--url", common.url,
                 "the daemon; else TICTOC_URL, ~/.config/tictoc.yaml, http://127.0.0.1:8420");
  app.add_option("--token", common.token, "bearer token; else TICTOC_TOKEN or the file");
  app.add_option("--ca", common.ca,
                 "PEM file of the authority of the daemon's certificate; else TICTOC_CA or the "
                 "file, else the system's")
      ->type_name("FILE");
  app.add_flag("--json", common.json, "answers as JSON, for programs");

  int exit_code = tt::tictoc::kOk;
  tt::tictoc::add_send(app, common, exit_code);
  tt::tictoc::add_nagios(app, common, exit_code);
  tt::tictoc::add_spool(app, common, exit_code);
  tt::tictoc::add_event_commands(app, common, exit_code);
  tt::tictoc::add_operate_commands(app, common, exit_code);
  tt::tictoc::add_dead(app, common, exit_code);
  tt::cli::add_completion(app, exit_code);
  return tt::cli::parse(app, argc, argv, exit_code, tt::tictoc::kUsage);
} catch (const std::exception& error) {
  std::fprintf(stderr, "tictoc: %s\n", error.what());
  return tt::tictoc::kRefused;
}
