// What CLI11 answers to an unknown command says neither the word nor the one that was meant.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/text.h"

namespace tt::cli {
namespace {

/// Without groups of options, which CLI11 has among them, nameless.
std::vector<CLI::App*> commands_of(CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
}

/// The first word where a command of `app` should stand and none does; `app` becomes its parent.
std::string unknown_command(CLI::App*& app, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-')) {
      const CLI::Option* option = app->get_option_no_throw(word);
      if (!option && app->get_parent()) option = app->get_parent()->get_option_no_throw(word);
      if (option && option->get_items_expected_max() > 0) ++i;  // Its value.
      continue;
    }
    const auto commands = commands_of(*app);
    if (commands.empty()) return "";
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* command) {
      return command->get_name() == word;
    });
    if (found == commands.end()) return word;
    app = *found;
  }
  return "";
}

}  // namespace

int parse(CLI::App& app, int argc, char** argv, int& exit_code, int usage) {
  try {
    app.parse(argc, argv);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    CLI::App* parent = &app;
    const bool is_help = error.get_exit_code() == 0;
    const std::string word = is_help ? "" : unknown_command(parent, argc, argv);
    if (word.empty()) return app.exit(error) == 0 ? 0 : usage;
    std::vector<std::string> names;
    for (const CLI::App* command : commands_of(*parent)) names.push_back(command->get_name());
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string_view near = did_you_mean(word, candidates);
    const std::string hint = near.empty() ? "the commands are " + join(names, ", ")
                                          : "did you mean `" + std::string(near) + "`?";
    std::fprintf(stderr, "%s: no command `%s`; %s\n", parent->get_name().c_str(), word.c_str(),
                 hint.c_str());
    return usage;
  }
}

}  // namespace tt::cli
