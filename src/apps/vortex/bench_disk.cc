// vortex bench-disk: what the tunnel will get from the disk of a folder, in figures and words.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

#include "apps/vortex/commands.h"
#include "base/file_system.h"
#include "portals/kit/json.h"
#include "tunnel/disk_bench.h"

namespace tt::vortex {
namespace {

constexpr int kSecondsMax = 60;

struct BenchArguments {
  std::string folder;
  int seconds = 5;
  bool json = false;
};

std::atomic<bool> is_cancelled{false};

double ms(std::int64_t ns) { return static_cast<double>(ns) / static_cast<double>(kNsPerMs); }

void print_text(const tunnel::DiskFigures& figures, const std::vector<std::string>& warnings) {
  std::printf("%-26s %10s %10s %10s %12s\n", "write and fdatasync of", "p50 ms", "p99 ms", "max ms",
              "a second");
  for (const tunnel::SyncFigures* one : {&figures.small, &figures.large})
    std::printf("%-26s %10.3f %10.3f %10.3f %12.0f\n",
                (std::to_string(one->bytes >> 10) + " KiB").c_str(), ms(one->p50_ns),
                ms(one->p99_ns), ms(one->max_ns), one->per_second);
  std::printf("%-26s %10.0f MiB/s\n\n", "sequential, one sync",
              figures.sequential_bytes_per_second / (1u << 20));
  std::printf(
      "One connection that waits for each answer gets about %.0f acknowledgements a second here,\n"
      "each after %.2f ms or so. 64 connections share syncs: up to %.0f a second as far as the\n"
      "disk decides, if the processor keeps up.\n",
      figures.acks_per_second_alone(), ms(figures.small.p50_ns), figures.acks_per_second_at_64());
  for (const std::string& warning : warnings) std::printf("warning: %s\n", warning.c_str());
}

void write_sync(portals::JsonWriter& json, std::string_view name, const tunnel::SyncFigures& one) {
  json.key(name).map().key("bytes").number(static_cast<std::int64_t>(one.bytes));
  json.key("count").number(static_cast<std::int64_t>(one.count));
  json.key("p50_ns").number(one.p50_ns).key("p99_ns").number(one.p99_ns);
  json.key("max_ns").number(one.max_ns);
  json.key("per_second").number(static_cast<std::int64_t>(one.per_second)).end();
}

void print_json(const tunnel::DiskFigures& figures, const std::vector<std::string>& warnings) {
  portals::JsonWriter json;
  json.map();
  write_sync(json, "sync_4k", figures.small);
  write_sync(json, "sync_64k", figures.large);
  json.key("sequential_bytes_per_second")
      .number(static_cast<std::int64_t>(figures.sequential_bytes_per_second));
  json.key("acks_per_second_1").number(static_cast<std::int64_t>(figures.acks_per_second_alone()));
  json.key("acks_per_second_64").number(static_cast<std::int64_t>(figures.acks_per_second_at_64()));
  json.key("warnings").list();
  for (const std::string& warning : warnings) json.text(warning);
  std::puts(json.end().end().take().c_str());
}

int bench(const BenchArguments& arguments) {
  // Ctrl-C too removes the file.
  signal(SIGINT, [](int) { is_cancelled = true; });
  signal(SIGTERM, [](int) { is_cancelled = true; });
  if (!arguments.json)
    std::fprintf(stderr, "measuring for %d s in %s ...\n", arguments.seconds,
                 arguments.folder.c_str());
  const auto figures = tunnel::measure_disk(system_disk(), system_clock(),
                                            {.folder = arguments.folder,
                                             .time_ns = arguments.seconds * kNsPerSec,
                                             .is_cancelled = [] { return is_cancelled.load(); }});
  if (!figures.ok()) {
    std::fprintf(stderr, "vortex: %s\n", figures.error().text.c_str());
    return figures.error().code == Code::kReject ? kDiskFailed : exit_code_of(figures.error());
  }
  std::vector<std::string> warnings = tunnel::suspicions(*figures);
  if (const std::string_view remark = remark_on_folder(arguments.folder); !remark.empty())
    warnings.emplace(warnings.begin(), remark);
  arguments.json ? print_json(*figures, warnings) : print_text(*figures, warnings);
  return kOk;
}

}  // namespace

void add_bench_disk(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command =
      app.add_subcommand("bench-disk", "how quickly the disk of a folder makes events durable");
  command->add_option("DIR", arguments->folder, "an existing folder, as `data:` would be")
      ->required();
  command->add_option("--seconds", arguments->seconds, "how long, about")
      ->check(CLI::Range(1, kSecondsMax))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "the figures as one JSON object");
  command->footer(
      "Writes a file of at most 64 MiB there and removes it. Measures what a group commit does:\n"
      "overwriting space that is there, and fdatasync. Best while nothing else uses the disk.\n"
      "Exit codes: 0 measured (read the warnings), 69 too little space, 74 disk, 78 no "
      "permission.\n"
      "Examples:\n"
      "  vortex bench-disk /var/lib/time-tunnel\n"
      "  vortex bench-disk --seconds 20 --json ./data | jq .sync_4k.p99_ns");
  command->callback([=, &exit_code] { exit_code = bench(*arguments); });
}

}  // namespace tt::vortex
