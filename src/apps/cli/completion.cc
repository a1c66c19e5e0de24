// Words of every subcommand, and a few lines of each shell's own completion language around them.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/completion.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

namespace tt::cli {
namespace {

/// "exit replay" -> its subcommands and options, one row for every (sub)command.
struct Row {
  std::string path, words;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Row>& rows) {
  std::string words;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!sub->get_name().empty()) words += sub->get_name() + " ";
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  if (!words.empty()) words.pop_back();
  rows.push_back({path, words});
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!sub->get_name().empty())
      collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), rows);
}

std::string bash(const std::string& program, const std::vector<Row>& rows) {
  std::string out = "# Completion of " + program + ": source this file, or eval \"$(" + program +
                    " completion bash)\"\n_" + program + "() {\n" +
                    "  local word path=\"\" i\n"
                    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                    "    word=${COMP_WORDS[i]}\n"
                    "    [[ $word == -* ]] || path=\"${path:+$path }$word\"\n"
                    "  done\n"
                    "  local words=\"\"\n  case \"$path\" in\n";
  for (const Row& row : rows) out += "    \"" + row.path + "\") words=\"" + row.words + "\" ;;\n";
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 ]] || "
         "COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -F _" +
         program + " " + program + "\n";
}

std::string fish(const std::string& program, const std::vector<Row>& rows) {
  std::string out = "# Completion of " + program + " for fish\n";
  for (const Row& row : rows) {
    const std::string condition = row.path.empty() ? "__fish_use_subcommand"
                                                   : "__fish_seen_subcommand_from " +
                                                         row.path.substr(row.path.rfind(' ') + 1);
    out += "complete -c " + program + " -n '" + condition + "' -a '" + row.words + "'\n";
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, std::string_view shell) {
  std::vector<Row> rows;
  collect(app, "", rows);
  const std::string program = app.get_name();
  if (shell == "bash") return bash(program, rows);
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash(program, rows);
  if (shell == "fish") return fish(program, rows);
  return {};
}

void add_completion(CLI::App& app, int& exit_code) {
  auto shell = std::make_shared<std::string>("bash");
  CLI::App* command = app.add_subcommand("completion", "prints a shell's completion script");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example: eval \"$(" + app.get_name() + " completion bash)\"");
  command->callback([&app, shell, &exit_code] {
    std::fputs(completion_script(app, *shell).c_str(), stdout);
    exit_code = 0;
  });
}

}  // namespace tt::cli
