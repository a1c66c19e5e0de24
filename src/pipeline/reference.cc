// One walk over the field tables for each kind of text that people read.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reference.h"

#include <fmt/format.h>

#include "base/metric_table.h"
#include "base/text.h"
#include "base/units.h"
#include "config/codes.h"
#include "config/schema.h"
#include "event/writer.h"
#include "net/file_tail.h"
#include "net/http_server.h"
#include "pipeline/limits.h"
#include "pipeline/self_kinds.h"
#include "pipeline/top_config.h"
#include "portals/kit/catalog.h"
#include "rules/rule_config.h"
#include "tunnel/cursor_store.h"
#include "tunnel/disk_tunnel.h"

namespace tt::pipeline {
namespace {

using config::FieldInfo;

std::vector<FieldInfo> joined(const std::vector<FieldInfo>& own,
                              const std::vector<FieldInfo>& common) {
  std::vector<FieldInfo> all = own;
  all.insert(all.end(), common.begin(), common.end());
  return all;
}

/// `{"oneOf": [...]}` over the types of one catalogue.
template <class Descriptor>
std::string portal_schema(const std::vector<const Descriptor*>& catalog,
                          const std::vector<FieldInfo>& common) {
  std::string out = "{\"oneOf\":[";
  for (const Descriptor* type : catalog) {
    if (out.back() == '}') out += ',';
    std::string object = config::schema_object(joined(*type->fields, common));
    const std::string_view opening = "\"properties\":{";
    const std::size_t at = object.find(opening);
    TT_ASSERT(at != std::string::npos);
    object.insert(at + opening.size(), fmt::format(R"("type":{{"const":"{}"}}{})", type->name,
                                                   object[at + opening.size()] == '}' ? "" : ","));
    out += object;
  }
  return out + "]}";
}

std::string indented_yaml(std::string_view name, std::string_view example) {
  std::string out = "```yaml\n" + std::string(name) + ":\n";
  for (const std::string_view line : split(trim(example), '\n'))
    out += "  " + std::string(line) + "\n";
  return out + "```\n\n";
}

Page configuration_page() {
  std::string text = std::string(kGeneratedNote) +
                     "# Configuration\n\nThe file is YAML. Unknown keys are errors; `vortex check` "
                     "names line, column "
                     "and the likely slip.\n\n## Top level\n\n";
  text += config::doc_table(config::fields_of<TopConfig>());
  text += "\n## Rules\n\nEach element of `rules`:\n\n";
  text += config::doc_table(config::fields_of<rules::RuleConfig>());
  text += "\n## Every entry\n\n" + config::doc_table(portals::entry_common_fields());
  text += "\n## Every exit\n\n" + config::doc_table(portals::exit_common_fields());
  return {"configuration", "configuration.md", text};
}

Page entries_page() {
  std::string text = std::string(kGeneratedNote) +
                     "# Entry portals\n\nBeside these, every entry has the options of "
                     "[configuration](configuration.md#every-entry).\n\n";
  for (const portals::EntryDescriptor* type : portals::entry_catalog()) {
    text +=
        fmt::format("## {}\n\n{}\n\nSecurity: {}\n\n", type->name, type->summary, type->security);
    text += indented_yaml("my-" + std::string(type->name), type->example);
    text += config::doc_table(*type->fields) + "\n";
  }
  return {"entries", "entries.md", text};
}

Page exits_page() {
  std::string text = std::string(kGeneratedNote) +
                     "# Exit portals\n\nBeside these, every exit has the options of "
                     "[configuration](configuration.md#every-exit).\n\n";
  for (const portals::ExitDescriptor* type : portals::exit_catalog()) {
    text +=
        fmt::format("## {}\n\n{}\n\nSecurity: {}\n\n", type->name, type->summary, type->security);
    if (type->pages)
      text +=
          "What it sends wakes people or starts machines: `tictoc exit replay` wants "
          "`--allow-paging`.\n\n";
    text += indented_yaml("my-" + std::string(type->name), type->example);
    text += config::doc_table(*type->fields) + "\n";
  }
  return {"exits", "exits.md", text};
}

/// ": `a`, `b`" of words with spaces between; nothing of none.
std::string in_code(std::string_view words) {
  std::string text;
  for (const std::string_view word : split(words, ' '))
    if (!word.empty()) text += fmt::format("{}`{}`", text.empty() ? ": " : ", ", word);
  return text;
}

std::string kinds_section(std::string_view name, std::span<const portals::ProducedKind> kinds) {
  std::string text =
      fmt::format("## {}\n\n| kind | when | severity | fields |\n|---|---|---|---|\n", name);
  for (const portals::ProducedKind& kind : kinds)
    text += fmt::format("| `{}` | {}{} | {} | {} |\n", kind.kind, kind.when, in_code(kind.words),
                        kind.severity, kind.fields);
  return text + "\n";
}

Page events_page() {
  std::string text = std::string(kGeneratedNote) +
                     "# Events that portals produce\n\nEvery event has `timestamp`, `kind` and "
                     "`message`, hook portals "
                     "keep the sender's own fields under `raw.` `*` stands for anything.\n\n";
  for (const portals::EntryDescriptor* type : portals::entry_catalog())
    text += kinds_section(type->name, type->kinds);
  text +=
      kinds_section(kSelfEntry, self_kinds()) +
      "The entry `self` is built in: the router writes these events about itself, and rules route "
      "them like any other (`meta.entry == \"self\"`). The exit that `exit` names never gets them. "
      "[operating](guide/operating.md#the-router-watches-itself) tells more.\n";
  return {"events", "../events.md", text};
}

Page limits_page() {
  const event::Limits event;
  const tunnel::DiskTunnelOptions tunnel;
  std::string text = std::string(kGeneratedNote) + "# Limits\n\n| limit | value |\n|---|---|\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    text += fmt::format("| {} | {} |\n", name, value);
  };
  const net::HttpLimits http;
  row("one event", format_size(event.event_bytes_max));
  row("fields of an event", std::to_string(event.fields_max));
  row("nesting of JSON", std::to_string(event.depth_max));
  row("events of one request", std::to_string(event.batch_events_max));
  row("head of a request",
      fmt::format("{}, {} fields", format_size(http.head_bytes_max), http.head_fields_max));
  row("time for the head, the body, and between requests",
      fmt::format("{} s, {} s, {} s", http.head_timeout_ms / 1000, http.body_timeout_ms / 1000,
                  http.idle_timeout_ms / 1000));
  row("connections of a listener", std::to_string(http.connections_max));
  row("bodies of all requests being received", format_size(http.body_budget_bytes));
  row("of them, before bodies over 64 KiB wait for others to be done with; and how long at most",
      fmt::format("{}, {} s", format_size(http.turns_from_bytes), http.turn_wait_ms / 1000));
  row("decoded body, `http` and `lines`", format_size(kDecodedBodyBytesMax));
  row("decoded body, hooks", format_size(kDecodedHookBytesMax));
  row("events accepted and not yet on disk; beyond, 503", format_size(tunnel.pending_bytes_max));
  row("newest events kept in memory for the exits", format_size(tunnel.edge_bytes));
  row("events read from disk kept for exits that read the same soon",
      format_size(tunnel.read_bytes_kept));
  row("encoded and unanswered requests, per exit", format_size(kExitInFlightBytesMax));
  row("failing requests, what waits for them, and their events, per exit; beyond, the head waits",
      fmt::format("{}, {} events", format_size(kExitHeldBytesMax), kParkedEventsMax));
  row("failed attempts before the next event is tried", std::to_string(kParkAfterAttempts));
  row("lines of a file wait for their sync, and moved cursors for theirs",
      fmt::format("{} ms, {} ms", kExitSyncMs, tunnel::CursorStore::kFlushEveryMs));
  row("lag of exits, and of cursors without an exit, is measured every",
      fmt::format("{} s, {} s", kLagEveryMs / 1000, kOrphansEveryMs / 1000));
  row("excerpt of an answer, of a request in a dead letter",
      fmt::format("{}, {}", format_size(kAnswerExcerptBytesMax),
                  format_size(kRequestExcerptBytesMax)));
  row("files that an entry knows of, and has open",
      fmt::format("{}, {}", net::KnownFiles::kFilesMax, net::FileTail::kOpenFilesMax));
  row("what is read of files and not yet stored, all together",
      format_size(kTailRunsMax * kTailRunBytes));
  row("without a word from the kernel files are looked at every; what was stored is noted every",
      fmt::format("{} s, {} s", kTailLookMs / 1000, kTailNoteMs / 1000));
  row("requests of the API worked on at once", std::to_string(kApiThreads));
  row("reports of the router about itself that wait to be written; more are counted",
      std::to_string(kSelfReportsMax));
  row("batches kept for an exit's next request before events are copied out of them",
      format_size(kGatheredSharedBytesMax));
  row("routed batches kept for other exits",
      fmt::format("{}, {}", kRoutedBatchesMax, format_size(kRoutedBytesMax)));
  row("events that an exit takes before others have a turn", std::to_string(kTurnEventsMax));
  row("alerts known of entries that are told of them again and again, their memory, of each",
      fmt::format("{}, {}, {}", kAlertsMax, format_size(kAlertsBytesMax),
                  format_size(kAlertBytesMax)));
  row("generations of the configuration kept", std::to_string(kGenerationsKept));
  row("pending events that a reload judges by both rulesets", std::to_string(kMovedEventsMax));
  row("events of a replay in a second, unless it asks for others; at most",
      fmt::format("{:.0f}, {:.0f}", kReplayPerSec, kReplayPerSecMax));
  row("time that counting the events of a replay may take; then there are `more`",
      fmt::format("{} s", kReplayPreviewMs / 1000));
  row("time for one request that retries dead letters; then `next` goes on",
      fmt::format("{} s", kRetryMsMax / 1000));
  return {"limits", "limits.md", text};
}

Page metrics_page() {
  constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram"};
  std::string text =
      std::string(kGeneratedNote) +
      "# Metrics\n\n`GET /metrics`, in the text format of Prometheus. Counters count "
      "from the start of the process; times are seconds, sizes bytes. Labels come "
      "from closed sets: `entry` and `exit` are names of the configuration. "
      "`packaging/prometheus/alerts.yaml` has alert rules for them and "
      "`packaging/grafana/time-tunnel.json` a dashboard.\n\n"
      "| metric | type | labels | meaning |\n|---|---|---|---|\n";
  for (const MetricRow& row : kMetricRows)
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.name,
                        kTypes[static_cast<std::size_t>(row.type)], row.labels, row.help);
  return {"metrics", "metrics.md", text};
}

/// The options of every place: what the whole schema may refer to.
std::vector<FieldInfo> every_field() {
  std::vector<FieldInfo> all =
      joined(config::fields_of<TopConfig>(), config::fields_of<rules::RuleConfig>());
  all = joined(joined(all, portals::entry_common_fields()), portals::exit_common_fields());
  for (const auto* type : portals::entry_catalog()) all = joined(all, *type->fields);
  for (const auto* type : portals::exit_catalog()) all = joined(all, *type->fields);
  return all;
}

}  // namespace

std::string json_schema() {
  const auto entries = joined(config::fields_of<TopConfig>(), {});
  std::string object = config::schema_file(entries);
  return fmt::format(
      R"({{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"time-tunnel configuration",)"
      R"("allOf":[{}],"properties":{{"entries":{{"type":"object","additionalProperties":{}}},)"
      R"("exits":{{"type":"object","additionalProperties":{}}},"rules":{}}},"$defs":{}}})",
      object, portal_schema(portals::entry_catalog(), portals::entry_common_fields()),
      portal_schema(portals::exit_catalog(), portals::exit_common_fields()),
      config::schema_of(config::Kind<std::vector<rules::RuleConfig>>::info()),
      config::schema_definitions(every_field()));
}

std::vector<Page> reference_pages() {
  return {configuration_page(),
          entries_page(),
          exits_page(),
          events_page(),
          limits_page(),
          metrics_page(),
          {"errors", "errors.md", std::string(config::errors_page())}};
}

}  // namespace tt::pipeline
