// tictoc spool ls and flush: what `send --spool` has kept, and sending it.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/tictoc/open_spool.h"
#include "apps/tictoc/upload.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

using tunnel::Spool;
using tunnel::Upload;

constexpr std::size_t kShown = 1000;

int list(const SpoolArguments& arguments, const Common& common) {
  const auto options = spool_options(arguments);
  if (!options.ok()) return failed_spool(options.error());
  OpenSpool spool;
  std::vector<std::string> events;
  std::uint64_t waiting = 0, refused = 0;
  if (Spool::exists(system_disk(), options->folder)) {
    if (Status opened = spool.open(*options); !opened.ok()) return failed_spool(opened.error());
    auto peeked = spool->peek(kShown);
    if (!peeked.ok()) return failed_spool(peeked.error());
    events = *std::move(peeked);
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
  if (waiting > events.size())
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
    auto drained = spool->drain([&](const Upload& upload) {
      return judge(post_events(client, ndjson_of(upload.events), kNdjson, upload.key), client);
    });
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
  auto arguments = std::make_shared<SpoolArguments>();
  CLI::App* command = app.add_subcommand("spool", "events that `send --spool` keeps here");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, auto run) {
    CLI::App* sub = command->add_subcommand(name, about);
    sub->add_option("DIR", arguments->folder, "the folder, as after --spool=");
    sub->callback([=, &common, &exit_code] { exit_code = run(*arguments, common); });
  };
  add("ls", "what waits, oldest first, one JSON object a line", list);
  add("flush", "sends what waits; exit code 69 while the server is away", flush);
  command->footer("Examples:\n  tictoc spool ls | jq -r .message\n  tictoc spool flush");
}

}  // namespace tt::tictoc
