// vortex dump: the events of a data folder as NDJSON, also beside a running daemon.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "apps/cli/progress.h"
#include "apps/vortex/commands.h"
#include "apps/vortex/dump_raw.h"
#include "apps/vortex/load.h"
#include "apps/vortex/snapshot_range.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::vortex {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

struct DumpArguments {
  std::string folder, from, until;
  bool meta = false, raw = false;
};

void append_line(std::string& out, const tunnel::StoredEvent& event, const std::string& log_id,
                 bool with_meta) {
  if (with_meta) {
    out += "{\"id\":\"" + tunnel::format_id(log_id, event.meta.seq) +
           "\",\"seq\":" + std::to_string(event.meta.seq) + ",\"received\":\"" +
           format_time_us(event.meta.received_ns) + "\",\"entry\":";
    append_json_string(out, event.meta.entry);
    out += ",\"event\":";
  }
  out += event.event.json;
  out += with_meta ? "}\n" : "\n";
}

/// What is missing from the dump, on stderr: stdout holds events and nothing else.
int tell(const tunnel::SnapshotLosses& losses) {
  const auto plural = [](std::uint64_t count) { return count == 1 ? "" : "s"; };
  if (losses.damages > 0)
    std::fprintf(stderr,
                 "vortex: damage at %llu place%s, first at %s; missing: at most %llu event%s "
                 "(`vortex fsck` says more)\n",
                 static_cast<unsigned long long>(losses.damages), plural(losses.damages),
                 losses.first_damage.c_str(),
                 static_cast<unsigned long long>(losses.damaged_events),
                 plural(losses.damaged_events));
  if (losses.recycled_events > 0)
    std::fprintf(stderr, "vortex: the daemon gave up at most %llu event%s before they were read\n",
                 static_cast<unsigned long long>(losses.recycled_events),
                 plural(losses.recycled_events));
  return losses.damages > 0 || losses.recycled_events > 0 ? kFailed : kOk;
}

/// False when it could not be written; quietly when the reader has seen enough.
bool write(std::string_view text, int& code) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  if (errno != EPIPE) {
    std::fprintf(stderr, "vortex: cannot write: %s\n", std::strerror(errno));
    code = kFailed;
  }
  return false;
}

int dump_events(const std::shared_ptr<const tunnel::LogSnapshot>& log,
                const tunnel::SnapshotRange& range, bool with_meta) {
  tunnel::SnapshotScan scan(log, range);
  cli::Progress progress(system_clock());
  std::uint64_t count = 0;
  std::string text;
  while (true) {
    const auto batch = scan.next(kReadBytes);
    if (!batch.ok()) return progress.end(), fail(batch.error());
    if (!*batch) break;
    text.clear();
    for (const tunnel::StoredEvent& event : (*batch)->events())
      append_line(text, event, log->log_id(), with_meta);
    if (int code = kOk; !write(text, code)) return code;
    count += (*batch)->events().size();
    progress.show(scan.progress(), std::to_string(count) + " events");
  }
  progress.end();
  return tell(scan.losses());
}

int dump(const DumpArguments& arguments) {
  signal(SIGPIPE, SIG_IGN);  // Who reads may have seen enough.
  const auto log = tunnel::LogSnapshot::open(system_disk(), arguments.folder);
  if (!log.ok()) return fail(log.error());
  const auto range = parse_range(arguments.from, arguments.until, (*log)->log_id());
  if (!range.ok()) return fail(range.error());
  if (!arguments.raw) return dump_events(*log, *range, arguments.meta);
  int code = kOk;
  const auto is_whole = dump_raw(arguments.folder, **log, *range,
                                 [&](std::string_view lines) { return write(lines, code); });
  if (!is_whole.ok()) return fail(is_whole.error());
  return *is_whole ? code : kFailed;
}

}  // namespace

void add_dump(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<DumpArguments>();
  CLI::App* command =
      app.add_subcommand("dump", "the events of a data folder as NDJSON, oldest first");
  command->add_option("DIR", arguments->folder, "the data folder")->required();
  command->add_option("--from", arguments->from,
                      "only from here on: a seq, an event id, 2h (ago) or 2026-01-31T12:00:00Z");
  command->add_option("--until", arguments->until, "and before: likewise");
  command->add_flag("--meta", arguments->meta, "each line has id, seq, received, entry and event");
  command->add_flag("--raw", arguments->raw,
                    "every record as it stands in its file: markers, gaps and damage as well");
  command->footer(
      "Reads beside a running daemon: no lock is taken and nothing is written. Damage is told on\n"
      "stderr, and all that can be read is printed. Without --meta the lines can be sent again.\n"
      "Exit codes: 0 all there, 1 some events could not be read, 78 newer format, no permission.\n"
      "Examples:\n"
      "  vortex dump /var/lib/time-tunnel --from 24h | jq -r .message\n"
      "  vortex dump ./data --meta --from 2026-01-31T00:00:00Z --until 2026-02-01T00:00:00Z\n"
      "  vortex dump ./old-data | tictoc send --file - --url http://127.0.0.1:8420");
  command->callback([=, &exit_code] { exit_code = dump(*arguments); });
}

}  // namespace tt::vortex
