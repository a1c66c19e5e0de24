// vortex why: which rules a hypothetical event meets and what each exit would be sent, offline.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/cli/story.h"
#include "apps/vortex/load.h"
#include "base/text.h"
#include "event/decode.h"
#include "pipeline/decision.h"
#include "pipeline/decode.h"

namespace tt::vortex {
namespace {

constexpr std::string_view kLogId = "00000000";

struct WhyArguments {
  ConfigArguments config;
  std::string entry, received;
  bool json = false;
};

/// The entry named, else the first one that takes events as they are; null when there is none.
const pipeline::EntrySettings* entry_of(const pipeline::Settings& settings,
                                        const std::string& name) {
  if (!name.empty()) return settings.find_entry(name);
  for (const pipeline::EntrySettings& entry : settings.entries)
    if (entry.type->name == "http") return &entry;
  return nullptr;
}

std::string unknown_entry(const pipeline::Settings& settings, const std::string& name) {
  std::vector<std::string> names;
  for (const pipeline::EntrySettings& entry : settings.entries) names.push_back(entry.name);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view near = did_you_mean(name, candidates);
  return "no entry `" + name + "`; " +
         (near.empty() ? "the entries are " + join(names, ", ")
                       : "did you mean `" + std::string(near) + "`?");
}

/// Through an `http` entry events go as they would be stored, its `set` applied; other entries take
/// no events but requests of their senders, so the event stands for what they have made of one.
Result<event::EventBatch> events_of(const std::string& body, const pipeline::EntrySettings* entry,
                                    WallNs received_ns) {
  if (entry && entry->type->name == "http") {
    const net::Headers headers{{"Content-Type", "application/json"}};
    portals::EntryEvents events;
    const portals::EntryRequest request{.headers = &headers, .body = body, .now_ns = received_ns};
    if (const auto refusal = pipeline::decode(*entry, request, events))
      return reject(refusal->text.empty() ? refusal->body : refusal->text);
    if (!events.rejected.empty()) return reject(events.rejected[0].error);
    return std::move(events.events);
  }
  event::Decoded decoded =
      event::decode_events(body, event::BodyFormat::kJson, event::Limits{}, received_ns);
  if (decoded.syntax)
    return reject("line " + std::to_string(decoded.syntax->line) + ", byte " +
                  std::to_string(decoded.syntax->byte) + ": " + decoded.syntax->text);
  if (!decoded.rejected.empty()) return reject(decoded.rejected[0].error);
  return std::move(decoded.events);
}

/// What has no `message` may be a request of the entry's sender: that is for `vortex decode`.
std::string decode_hint(const pipeline::EntrySettings* entry) {
  if (!entry || entry->type->name == "http") return "";
  const std::string type(entry->type->name);
  return "\n  is it a request as its sender makes it? `vortex decode " + type +
         " < FILE | vortex why --entry " + entry->name + "` decodes it first";
}

void print(const pipeline::Decision& decision, const event::EventView& event) {
  cli::print_story("event " + std::string(event.json) + "\n\nrules:\n" +
                   pipeline::rules_text(decision) + "\nwhat it sends:\n" +
                   pipeline::requests_text(decision));
}

int why(const WhyArguments& arguments) {
  const auto [settings, files] = load_config(source_of(arguments.config), Tell::kErrorsOnly);
  if (!settings) return kFailed;
  const pipeline::EntrySettings* entry = entry_of(*settings, arguments.entry);
  if (!arguments.entry.empty() && !entry) return fail(unknown_entry(*settings, arguments.entry));
  const auto received = parse_received(arguments.received);
  if (!received) return kFailed;
  const std::string_view entry_name = entry ? std::string_view(entry->name) : "why";
  if (isatty(STDIN_FILENO)) std::fputs("vortex: reads one event as JSON; ^D ends it\n", stderr);
  const std::string body = read_stdin();
  const auto events = events_of(body, entry, *received);
  if (!events.ok())
    return fail("stdin holds no event: " + events.error().text + decode_hint(entry));
  if (events->empty()) return fail("stdin holds no event");
  for (std::size_t i = 0; i < events->size(); ++i) {
    const tunnel::StoredEvent stored{{.seq = i + 1, .received_ns = *received, .entry = entry_name},
                                     (*events)[i]};
    const pipeline::Decision decision =
        pipeline::decide({settings, files}, std::string(kLogId), stored);
    if (arguments.json)
      std::puts(pipeline::decision_json(decision).c_str());
    else
      print(decision, stored.event);
  }
  return kOk;
}

}  // namespace

void add_why(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<WhyArguments>();
  CLI::App* command = app.add_subcommand("why", "the decision trace of an event on stdin, offline");
  add_config_options(*command, arguments->config);
  command
      ->add_option("--entry", arguments->entry,
                   "as if it had come through this entry; else the first of type http")
      ->type_name("NAME");
  command->add_option("--received", arguments->received, "as if it had come at this time; else now")
      ->type_name("TIME");
  command->add_flag("--json", arguments->json, "one JSON object a line, for programs");
  command->footer(
      "Says of each rule whether it matches and which part is false, and what each exit would be\n"
      "sent, secrets masked. Sends nothing. An entry of type http applies its `set`; for other\n"
      "entries the event stands for what they make of a request (`vortex decode` shows that).\n"
      "Examples:\n"
      "  vortex why -c vortex.yaml < event.json\n"
      "  echo '{\"message\": \"disk full\", \"severity\": \"critical\"}' | vortex why\n"
      "  vortex why --entry gitlab --received 2026-01-31T03:00:00Z < event.json");
  command->callback([=, &exit_code] { exit_code = why(*arguments); });
}

}  // namespace tt::vortex
