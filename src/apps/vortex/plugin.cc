// vortex plugin: lists portals, makes new ones, and tries those of others.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"
#include "apps/vortex/plugin_commands.h"
#include "base/text.h"
#include "config/schema.h"
#include "portals/kit/catalog.h"
#include "portals/plugin/library.h"

namespace tt::vortex {
namespace {

template <class Descriptor>
void print_portals(std::string_view kind, const std::vector<const Descriptor*>& all) {
  for (const Descriptor* one : all)
    std::printf("%-6s %-16s built in              %s\n", std::string(kind).c_str(),
                std::string(one->name).c_str(), std::string(one->summary).c_str());
}

/// Of an option with few values: those; else empty.
std::string choices_of(const portals::plugin::PortalType& portal, std::string_view name) {
  for (const portals::plugin::SchemaOption& option : portal.schema->options())
    if (option.name == name) return join(option.choices, " | ");
  return {};
}

void print_options(const portals::plugin::PortalType& portal) {
  for (const config::DocRow& row : config::doc_rows(portal.fields)) {
    const std::string choices = choices_of(portal, row.name);
    std::printf("         %s (%s%s): %s\n", row.name.c_str(),
                choices.empty() ? row.type.c_str() : choices.c_str(),
                row.is_required ? ", required" : "", row.meaning.c_str());
  }
}

int list(const ConfigArguments& arguments) {
  print_portals("entry", portals::entry_catalog());
  print_portals("exit", portals::exit_catalog());
  config::Files files;
  config::Diagnostics diagnostics;
  // What else is wrong with the configuration is for `vortex check`.
  (void)pipeline::load_settings(source_of(arguments), files, diagnostics);
  for (const portals::plugin::Library* library : portals::plugin::loaded_libraries()) {
    for (const auto& portal : library->portals) {
      const std::string from = library->name + " " + library->version;
      std::printf("%-6s %-16s %-21s %s\n", portal->is_entry() ? "entry" : "exit",
                  portal->name.c_str(), from.c_str(), portal->summary.c_str());
      print_options(*portal);
    }
  }
  int code = kOk;
  for (const config::Diagnostic& found : diagnostics.list()) {
    if (found.code != "plugin-refused" && found.code != "file-unreadable") continue;
    std::fprintf(stderr, "vortex: %s\n", found.text.c_str());
    code = kFailed;
  }
  return code;
}

struct CheckPlugin {
  std::string file;
  bool delivers = false;
};

void add_list(CLI::App& plugin, int& exit_code) {
  auto arguments = std::make_shared<ConfigArguments>();
  CLI::App* command =
      plugin.add_subcommand("list", "portals that are built in, and those of the configuration");
  add_config_options(*command, *arguments);
  command->callback([=, &exit_code] { exit_code = list(*arguments); });
}

void add_check_plugin(CLI::App& plugin, int& exit_code) {
  auto arguments = std::make_shared<CheckPlugin>();
  CLI::App* command = plugin.add_subcommand(
      "check",
      "tries a plugin in a process of its own, and prints its lines for the configuration");
  command->add_option("FILE", arguments->file, "a shared object (.so), or a program of type exec")
      ->required();
  command->add_flag("--deliver", arguments->delivers,
                    "calls deliver() too, with made-up events and the options of the example");
  command->footer(
      "Configures each portal by its example, and sends hostile events and bodies through it. A\n"
      "program is asked with --describe, which it need not know. Exit code 1 when it is not fit "
      "for\n"
      "use.\n"
      "Examples:\n"
      "  vortex plugin check ./redis.so\n"
      "  vortex plugin check examples/plugins/deliver.py");
  command->callback([=, &exit_code] {
    exit_code = arguments->file.ends_with(".so")
                    ? check_plugin(arguments->file, arguments->delivers)
                    : check_program(arguments->file);
  });
}

void add_new(CLI::App& plugin, int& exit_code) {
  auto wanted = std::make_shared<NewPlugin>();
  wanted->language = "c++";
  auto is_exit = std::make_shared<bool>(false);
  CLI::App* command =
      plugin.add_subcommand("new", "writes a portal that builds with `make` and passes `check`");
  command->add_option("NAME", wanted->name, "the portal's `type`: a-z, 0-9 and _")->required();
  command->add_option("DIR", wanted->folder, "where it goes; in-tree: the source tree")->required();
  auto* exit = command->add_flag("--exit", *is_exit, "it takes events; this or --entry is needed");
  command->add_flag("--entry", wanted->is_entry, "it brings events")->excludes(exit);
  command->add_option("--language", wanted->language, "c++, c, python, or in-tree")
      ->check(CLI::IsMember({"c++", "c", "python", "in-tree"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  vortex plugin new mychat --exit ./mychat && make -C mychat check\n"
      "  vortex plugin new queue --entry --language python ./queue");
  command->callback([=, &exit_code] {
    if (!*is_exit && !wanted->is_entry) {
      std::fputs("vortex: --exit or --entry is required\n", stderr);
      exit_code = kUsage;
      return;
    }
    exit_code = new_plugin(*wanted);
  });
}

}  // namespace

void add_plugin(CLI::App& app, int& exit_code) {
  CLI::App* plugin = app.add_subcommand("plugin", "portals beyond the built-in ones");
  plugin->require_subcommand(1);
  plugin->footer(
      "Examples:\n"
      "  vortex plugin list -c vortex.yaml\n"
      "  vortex plugin check ./redis.so\n"
      "  vortex plugin new mychat --exit ./mychat");
  add_list(*plugin, exit_code);
  add_check_plugin(*plugin, exit_code);
  add_new(*plugin, exit_code);
}

}  // namespace tt::vortex
