// vortex schema and docs: what the field tables of all portals say, as JSON Schema and Markdown.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reference.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "api/api.h"
#include "apps/vortex/commands.h"
#include "base/disk.h"
#include "cel/reference.h"
#include "rehearse/reference.h"

namespace tt::vortex {
namespace {

struct DocsArguments {
  std::string folder, page;
  bool check = false;
};

int docs(const DocsArguments& arguments) {
  int result = kOk;
  std::vector<pipeline::Page> pages = pipeline::reference_pages();
  pages.push_back({"cel", "cel.md", std::string(pipeline::kGeneratedNote) + cel::reference_page()});
  pages.push_back({"api", "api.md", std::string(pipeline::kGeneratedNote) + api::api_page()});
  pages.push_back(
      {"tests", "tests.md", std::string(pipeline::kGeneratedNote) + rehearse::tests_page()});
  const bool is_known = std::any_of(pages.begin(), pages.end(), [&](const pipeline::Page& page) {
    return page.name == arguments.page;
  });
  if (!arguments.page.empty() && !is_known) {
    std::string names;
    for (const pipeline::Page& page : pages) names += (names.empty() ? "" : ", ") + page.name;
    std::fprintf(stderr, "vortex: no page `%s`; the pages are %s\n", arguments.page.c_str(),
                 names.c_str());
    return kUsage;
  }
  for (const pipeline::Page& page : pages) {
    if (!arguments.page.empty() && page.name != arguments.page) continue;
    if (arguments.folder.empty()) {
      std::fputs(page.text.c_str(), stdout);
      continue;
    }
    const std::string path = arguments.folder + "/" + page.file;
    if (arguments.check) {
      const auto old = read_file(system_disk(), path);
      if (old.ok() && *old == page.text) continue;
      std::fprintf(stderr, "vortex: %s is stale; run `vortex docs --to %s`\n", path.c_str(),
                   arguments.folder.c_str());
      result = kFailed;
    } else if (Status written = write_file(system_disk(), path, page.text); !written) {
      std::fprintf(stderr, "vortex: %s\n", written.error().text.c_str());
      result = kFailed;
    }
  }
  return result;
}

}  // namespace

void add_schema(CLI::App& app, int& exit_code) {
  auto of_tests = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("schema", "JSON Schema of the configuration");
  command->add_flag("--test", *of_tests, "of a file of rule tests instead");
  command->footer(
      "Example: vortex schema > vortex.schema.json, then in an editor\n"
      "  # yaml-language-server: $schema=vortex.schema.json");
  command->callback([=, &exit_code] {
    std::puts((*of_tests ? rehearse::json_schema() : pipeline::json_schema()).c_str());
    exit_code = kOk;
  });
}

void add_docs(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<DocsArguments>();
  CLI::App* command = app.add_subcommand("docs", "the reference pages, from the field tables");
  command->add_option("page", arguments->page, "one page only");
  command->add_option("--to", arguments->folder, "writes the pages into a folder");
  command->add_flag("--check", arguments->check, "with --to: fails when a page is stale");
  command->footer("Example: vortex docs --to docs/reference");
  command->callback([=, &exit_code] { exit_code = docs(*arguments); });
}

}  // namespace tt::vortex
