// vortex fsck: is a data folder whole, what is in it, and the repair that a start would do.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/cli/progress.h"
#include "apps/vortex/commands.h"
#include "apps/vortex/fsck_print.h"
#include "apps/vortex/load.h"
#include "base/file_system.h"
#include "base/log.h"

namespace tt::vortex {
namespace {

struct FsckArguments {
  std::string folder;
  bool repair = false, json = false;
};

int check(const FsckArguments& arguments, const tunnel::FsckProgress& show, cli::Progress& line) {
  const auto report = tunnel::check_folder(system_disk(), arguments.folder, show);
  line.end();
  if (!report.ok()) return fail(report.error());
  if (arguments.json)
    std::puts(fsck_json(arguments.folder, *report, nullptr).c_str());
  else
    std::fputs(print_fsck(arguments.folder, *report).c_str(), stdout);
  return report->damages.empty() ? kOk : kFailed;
}

int repair(const FsckArguments& arguments, const tunnel::FsckProgress& show, cli::Progress& line) {
  // What recovery meets is in the report; what it cannot do is told by its log.
  log::start(log::Level::kError);
  Metrics metrics;
  const auto repaired = tunnel::repair_folder(
      {.directory = arguments.folder},
      {system_clock(), system_disk(), system_random(), system_spawner(), metrics}, show);
  line.end();
  log::stop();
  if (!repaired.ok()) {
    fail(repaired.error());
    if (repaired.error().code == Code::kStopped)
      std::fputs("  a repair needs the folder for itself: stop the daemon first\n", stderr);
    // There is a log, and nobody can mend it by waiting: the disk refuses.
    return system_disk().exists(arguments.folder + "/tunnel")
               ? cli::exit_code_of_disk(repaired.error())
               : exit_code_of(repaired.error());
  }
  if (arguments.json) {
    std::puts(fsck_json(arguments.folder, repaired->after, &repaired->done).c_str());
  } else {
    for (const std::string& done : repaired->done) std::printf("repaired: %s\n", done.c_str());
    if (repaired->done.empty()) std::puts("nothing to repair");
    std::puts("");
    std::fputs(print_fsck(arguments.folder, repaired->after).c_str(), stdout);
  }
  if (repaired->events_gone > 0)
    std::fprintf(stderr,
                 "vortex: %llu events that could be read before cannot be read now; please report "
                 "this, and keep the folder\n",
                 static_cast<unsigned long long>(repaired->events_gone));
  // What is lost stays lost and on record; a repair is asked whether it did all it can.
  return repaired->after.can_be_repaired() || repaired->events_gone > 0 ? kFailed : kOk;
}

int fsck(const FsckArguments& arguments) {
  if (const std::string_view remark = remark_on_folder(arguments.folder); !remark.empty())
    std::fprintf(stderr, "warning: %s: %.*s\n", arguments.folder.c_str(),
                 static_cast<int>(remark.size()), remark.data());
  cli::Progress line(system_clock());
  const auto show = [&](double done) { line.show(done, "checked"); };
  return arguments.repair ? repair(arguments, show, line) : check(arguments, show, line);
}

}  // namespace

void add_fsck(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<FsckArguments>();
  CLI::App* command = app.add_subcommand("fsck", "checks a data folder, also of a running daemon");
  command->add_option("DIR", arguments->folder, "the data folder")->required();
  command->add_flag("--repair", arguments->repair,
                    "does what a start does: tells exits of losses, removes torn writes");
  command->add_flag("--json", arguments->json, "the report as one JSON object");
  command->footer(
      "Without --repair nothing is written and a daemon may go on. With it the folder must be\n"
      "free; nothing that can be read is ever removed, damaged bytes are copied to quarantine/.\n"
      "Exit codes: 0 fine, or repaired (a later check still tells the events that are lost, until\n"
      "retention removes their segment), 1 damage found, or left by a repair, 69 in use, 74 disk,\n"
      "78 newer format, no permission.\n"
      "Examples:\n"
      "  vortex fsck /var/lib/time-tunnel\n"
      "  vortex fsck --json ./data | jq '{fine, lost_events, damages}'\n"
      "  systemctl stop time-tunnel\n"
      "  sudo -u time-tunnel vortex fsck --repair /var/lib/time-tunnel");
  command->callback([=, &exit_code] { exit_code = fsck(*arguments); });
}

}  // namespace tt::vortex
