// vortex plan: what a new configuration would have done with the events in the tunnel.
// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "apps/cli/progress.h"
#include "apps/vortex/load.h"
#include "apps/vortex/plan_source.h"
#include "base/clock.h"
#include "pipeline/decision.h"
#include "plan/print.h"

namespace tt::vortex {
namespace {

constexpr int kChanges = 2;

struct PlanArguments {
  std::vector<std::string> files, current;
  std::string against, token;
  PlanRange range;
  bool json = false;
};

int failed(const Error& error) { return fail(error.text); }

std::shared_ptr<const pipeline::Settings> load(const pipeline::ConfigSource& source) {
  return load_config(source, Tell::kAll).settings;
}

/// The configuration in force, as the source knows it.
std::shared_ptr<const pipeline::Settings> load_in_force(PlanSource& events, std::string& name) {
  auto found = events.in_force();
  if (!found.ok()) {
    failed(found.error());
    return nullptr;
  }
  name = found->name;
  auto loaded =
      pipeline::load_kept(found->text);  // Its warnings were told when it came into force.
  if (loaded.ok()) return loaded->settings;
  failed(std::move(loaded).error().with(
      name + " cannot be judged by; name the rules in force with `-c FILE`"));
  return nullptr;
}

/// Where the events are: what --against names, else the folder of a configuration.
Result<std::unique_ptr<PlanSource>> open_source(const PlanArguments& arguments,
                                                const std::string& place) {
  if (place.starts_with("http://") || place.starts_with("https://"))
    return open_plan_remote(place, arguments.token, arguments.range);
  return open_plan_folder(place, arguments.range);
}

int plan(const PlanArguments& arguments) {
  pipeline::ConfigSource current, source;
  current.paths = arguments.current;
  source.paths = arguments.files;
  const auto next = load(source);
  if (!next) return kFailed;
  auto before = current.paths.empty() ? nullptr : load(current);
  if (!before && !current.paths.empty()) return kFailed;
  const std::string place = !arguments.against.empty() ? arguments.against
                            : before                   ? before->data
                                                       : next->data;
  auto events = open_source(arguments, place);
  if (!events.ok()) return failed(events.error());
  plan::Facts facts{.before = current.describe(), .after = source.describe(), .events_of = place};
  if (!before) before = load_in_force(**events, facts.before);
  if (!before) return kFailed;

  plan::Plan plan(before, next, (*events)->log_id());
  cli::Progress progress(system_clock());
  std::uint64_t count = 0;
  while (true) {
    const auto batch = (*events)->next();
    if (!batch.ok()) return progress.end(), failed(batch.error());
    if (!*batch) break;
    plan.judge(**batch);
    count += (*batch)->events().size();
    progress.show((*events)->progress(), std::to_string(count) + " events");
  }
  progress.end();

  facts.losses = (*events)->losses();
  const plan::Report report = plan.report();
  if (arguments.json)
    std::puts(plan::print_json(report, facts).c_str());
  else
    std::fputs(plan::print_text(report, facts, isatty(STDOUT_FILENO)).c_str(), stdout);
  return report.has_changes() ? kChanges : kOk;
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* command =
      app.add_subcommand("plan", "what a new configuration does with the events in the tunnel");
  command->add_option("NEW", arguments->files, "the new configuration: files or folders")
      ->required();
  command
      ->add_option("-c,--current", arguments->current,
                   "the configuration to compare with; else the one in force, from the data")
      ->allow_extra_args(false);  // One file each: what follows is NEW.
  command
      ->add_option("--against", arguments->against,
                   "where the events are: a data folder, or the URL of a running daemon; else "
                   "the folder that `data:` of CURRENT or NEW names")
      ->type_name("DATA|URL");
  command->add_option("--token", arguments->token, "for the API of a URL; else TICTOC_TOKEN");
  command->add_option("--since", arguments->range.since,
                      "only events received since: 24h, 2026-01-31T12:00:00Z or an event id");
  command->add_option("--until", arguments->range.until, "and before: likewise");
  command->add_flag("--json", arguments->json, "the plan as one JSON object");
  command->footer(
      "Reads beside a running daemon: no lock is taken and nothing is written.\n"
      "Exit codes: 0 nothing changes, 2 something changes, 1 an error, also on the command line.\n"
      "Examples:\n"
      "  vortex plan new.yaml --against /var/lib/time-tunnel --since 24h\n"
      "  vortex plan new.yaml --against http://127.0.0.1:8420 --since 1h\n"
      "  vortex plan -c vortex.yaml new.yaml --json | jq '.exits[] | {name, gained, lost}'");
  command->callback([=, &exit_code] { exit_code = plan(*arguments); });
}

}  // namespace tt::vortex
