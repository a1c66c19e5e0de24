// vortex: the daemon, and the operator's tool on configuration and data.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string_view>

#include "apps/cli/completion.h"
#include "apps/cli/parse.h"
#include "apps/vortex/commands.h"

int main(int argc, char** argv) try {
  CLI::App app{"time-tunnel's daemon, and the tool for its configuration and data"};
  app.name("vortex");
  app.set_version_flag("--version", "vortex " TT_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Examples:\n"
      "  vortex run                       the built-in default: events API, hooks, archive file\n"
      "  vortex run -c vortex.yaml --watch\n"
      "  vortex check vortex.yaml         what is wrong, offline, with line and column\n"
      "  vortex test rules.test.yaml      do the rules still do what they should\n"
      "  vortex plan new.yaml --since 24h what it would do with yesterday's events\n"
      "  vortex decode gitlab < body.json what a hook becomes\n"
      "  vortex why -c vortex.yaml < event.json\n"
      "  vortex fsck ./data               is the data folder whole\n"
      "  vortex dump ./data --from 2h     stored events as NDJSON\n"
      "  vortex eval 'event.severity.atLeast(\"error\")' event.json\n" +
      std::string(tt::cli::kExitCodesHelp));

  int exit_code = tt::vortex::kOk;
  tt::vortex::add_run(app, exit_code);
  tt::vortex::add_check(app, exit_code);
  tt::vortex::add_schema(app, exit_code);
  tt::vortex::add_docs(app, exit_code);
  tt::vortex::add_decode(app, exit_code);
  tt::vortex::add_encode(app, exit_code);
  tt::vortex::add_eval(app, exit_code);
  tt::vortex::add_why(app, exit_code);
  tt::vortex::add_test(app, exit_code);
  tt::vortex::add_plan(app, exit_code);
  tt::vortex::add_fsck(app, exit_code);
  tt::vortex::add_dump(app, exit_code);
  tt::vortex::add_bench_disk(app, exit_code);
  tt::vortex::add_plugin(app, exit_code);
  tt::cli::add_completion(app, exit_code);
  // 2 from `plan` asks a pipeline for approval: a mistake on its command line must not.
  const bool is_plan = argc > 1 && std::string_view(argv[1]) == "plan";
  return tt::cli::parse(app, argc, argv, exit_code,
                        is_plan ? tt::vortex::kFailed : tt::vortex::kUsage);
} catch (const std::exception& error) {
  std::fprintf(stderr, "vortex: %s\n", error.what());
  return tt::vortex::kFailed;
}
