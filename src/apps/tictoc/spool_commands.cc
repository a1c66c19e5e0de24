// tictoc spool ls and flush: what `send --spool` has kept, and sending it.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/cli/progress.h"
#include "apps/tictoc/open_spool.h"
#include "apps/tictoc/upload.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::tictoc {
namespace {

using tunnel::Spool;
using tunnel::Upload;

constexpr std::size_t kShown = 1000;

/// What the server refused for good: why, and the event whole.
Result<std::vector<std::string>> refused_lines(OpenSpool& spool) {
  TT_TRY(const auto letters, spool->refusals(kShown));
  std::vector<std::string> lines;
  for (const tunnel::DeadLetter& letter : letters)
    lines.push_back("{\"refused\":" + json_string(format_time_us(letter.last_ns)) + ",\"status\":" +
                    std::to_string(letter.status) + ",\"error\":" + json_string(letter.error) +
                    ",\"event\":" + letter.event_json + "}");
  return lines;
}

struct ListArguments {
  SpoolArguments spool;
  bool refused = false;
};

int list(const ListArguments& arguments, const Common& common) {
  const auto options = spool_options(arguments.spool);
  if (!options.ok()) return failed_spool(options.error());
  OpenSpool spool;
  std::vector<std::string> events;
  std::uint64_t waiting = 0, refused = 0;
  if (Spool::exists(system_disk(), options->folder)) {
    if (Status opened = spool.open(*options); !opened.ok()) return failed_spool(opened.error());
    auto shown = arguments.refused ? refused_lines(spool) : spool->peek(kShown);
    if (!shown.ok()) return failed_spool(shown.error());
    events = *std::move(shown);
    waiting = spool->waiting();
    refused = spool->refused();
  }
  if (common.json) {
    std::printf("{\"folder\":%s,\"waiting\":%llu,\"refused\":%llu,\"events\":[%s]}\n",
                json_string(options->folder).c_str(), static_cast<unsigned long long>(waiting),
                static_cast<unsigned long long>(refused), join(events, ",").c_str());
    return kOk;
  }
  for (const std::string& event : events) std::puts(event.c_str());
  if ((arguments.refused ? refused : waiting) > events.size())
    std::fprintf(stderr, "... the oldest %zu are shown\n", events.size());
  std::fprintf(stderr, "%llu waiting in %s", static_cast<unsigned long long>(waiting),
               options->folder.c_str());
  if (refused > 0)
    std::fprintf(stderr, ", %llu refused by the server (kept 30 days)",
                 static_cast<unsigned long long>(refused));
  std::fputs("\n", stderr);
  return kOk;
}

int flush(const SpoolArguments& arguments, const Common& common) {
  const auto options = spool_options(arguments);
  if (!options.ok()) return failed_spool(options.error());
  OpenSpool spool;
  Spool::Drained done;
  if (Spool::exists(system_disk(), options->folder)) {
    if (Status opened = spool.open(*options); !opened.ok()) return failed_spool(opened.error());
    Client client(common);
    cli::Progress line(system_clock());
    const double all = static_cast<double>(spool->waiting());
    std::uint64_t tried = 0;
    auto drained = spool->drain([&](const Upload& upload) {
      line.show(static_cast<double>(tried) / all, std::to_string(tried) + " sent");
      tried += upload.events.size();
      return judge(post_events(client, ndjson_of(upload.events), kNdjson, upload.key), client);
    });
    line.end();
    if (!drained.ok()) return failed_spool(drained.error());
    done = *std::move(drained);
  }
  const std::uint64_t waiting = spool.is_open() ? spool->waiting() : 0;
  if (common.json)
    std::printf("{\"sent\":%llu,\"refused\":%llu,\"waiting\":%llu}\n",
                static_cast<unsigned long long>(done.taken),
                static_cast<unsigned long long>(done.refused),
                static_cast<unsigned long long>(waiting));
  else
    std::printf(
        "%llu sent, %llu refused, %llu waiting\n", static_cast<unsigned long long>(done.taken),
        static_cast<unsigned long long>(done.refused), static_cast<unsigned long long>(waiting));
  if (!done.problem.empty()) {
    std::fprintf(stderr, "tictoc: %s\n", done.problem.c_str());
    return kUnavailable;
  }
  return done.refused > 0 ? kRefused : kOk;
}

}  // namespace

void add_spool(CLI::App& app, Common& common, int& exit_code) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* command = app.add_subcommand("spool", "events that `send --spool` keeps here");
  command->require_subcommand(1);
  // Before its commands, which end their help with it too.
  command->footer(
      "Exit codes: 0 all sent, 1 the server refused some for good, 69 it is away, or another\n"
      "sender has the folder: what is left waits.\n"
      "Examples:\n"
      "  tictoc spool ls | jq -r .message\n"
      "  tictoc spool flush\n"
      "  tictoc spool ls --refused | jq -c .event | tictoc send --file -");
  CLI::App* ls = command->add_subcommand("ls", "what waits, oldest first, one event a line");
  ls->add_flag("--refused", arguments->refused, "what the server refused for good, and why");
  ls->callback([=, &common, &exit_code] { exit_code = list(*arguments, common); });
  CLI::App* send = command->add_subcommand("flush", "sends what waits");
  send->callback([=, &common, &exit_code] { exit_code = flush(arguments->spool, common); });
  for (CLI::App* one : {ls, send})
    one->add_option("DIR,--spool", arguments->spool.folder,
                    "the folder; --spool=DIR says the same, as for `send`");
}

}  // namespace tt::tictoc
