// vortex test: rule tests, offline; says what differs and which rules made it so.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"
#include "base/disk.h"
#include "rehearse/session.h"
#include "rehearse/suite.h"

namespace tt::vortex {
namespace {

struct TestArguments {
  std::vector<std::string> files, config;
  std::string filter, junit;
  bool json = false;
};

int test(const TestArguments& arguments) {
  rehearse::Session session({arguments.config, arguments.filter}, system_disk());
  std::vector<rehearse::SuiteResult> results;
  for (const std::string& path : rehearse::suite_paths(arguments.files, system_disk())) {
    results.push_back(path == "-" ? session.run_text("stdin", read_stdin()) : session.run(path));
    if (!arguments.json)
      std::fputs(rehearse::text_report(results.back(), isatty(STDOUT_FILENO)).c_str(), stdout);
  }
  const rehearse::Totals totals = rehearse::totals_of(results);
  std::puts(arguments.json ? rehearse::json_report(results).c_str()
                           : rehearse::summary(totals).c_str());
  if (!arguments.junit.empty()) {
    const Status written =
        write_file(system_disk(), arguments.junit, rehearse::junit_report(results));
    if (!written) return fail(written.error().text);
  }
  if (totals.tests == 0 && totals.refused_files == 0)
    return fail("no test has `" + arguments.filter + "` in its name");
  return totals.is_good() ? kOk : kFailed;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<TestArguments>();
  CLI::App* command =
      app.add_subcommand("test", "rule tests: events in, exits, requests and reasons out; offline");
  command
      ->add_option("files", arguments->files,
                   "files with tests; of a folder its *.test.yaml; - is standard input")
      ->required();
  command
      ->add_option("-c,--config", arguments->config,
                   "test this configuration instead of the one that the files name; repeatable")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--filter", arguments->filter, "only tests with this text in their name");
  command->add_option("--junit", arguments->junit, "also writes a JUnit report into this file")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "the results as one JSON object");
  command->footer(
      "Exit code 1 when a test fails or a file is refused. Secrets are not needed.\n"
      "A test file:\n"
      "  config: vortex.yaml\n"
      "  tests:\n"
      "    - name: a failed pipeline reaches the team\n"
      "      event: {message: web failed, kind: 'urn:gitlab:pipeline:failed'}\n"
      "      expect:\n"
      "        exits: [team-chat, archive]\n"
      "        requests: {team-chat: {body: {text: {contains: web}}}}\n"
      "Examples:\n"
      "  vortex test rules.test.yaml\n"
      "  vortex test tests/ --junit report.xml\n"
      "  vortex test rules.test.yaml -c new.yaml --filter night\n"
      "  tictoc show ID --as-test | vortex test -c vortex.yaml -");
  command->callback([=, &exit_code] { exit_code = test(*arguments); });
}

}  // namespace tt::vortex
