// The checks of a whole configuration, one function each.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/check.h"

#include <algorithm>
#include <map>

#include "net/file_find.h"
#include "pipeline/claims.h"
#include "pipeline/places.h"
#include "pipeline/self_kinds.h"
#include "portals/kit/authorise.h"
#include "rules/check.h"

namespace tt::pipeline {
namespace {

/// An old name carries its cursor over to one new name, and is not in use any more.
void check_renames(const Settings& settings, const config::Node& root,
                   config::Diagnostics& diagnostics) {
  std::map<std::string, std::string> takers;
  for (const ExitSettings& exit : settings.exits) {
    const auto& was = exit.portal->common().was;
    if (!was) continue;
    const config::Node* option = root.find("exits")->find(exit.name)->find("was");
    const config::Mark mark = option ? option->mark : place_of(root, "exits", exit.name);
    const config::Mark in_use = place_of(root, "exits", *was);
    const auto [taker, is_new] = takers.emplace(*was, exit.name);
    if (in_use.known()) {
      auto& found = diagnostics.error("was-conflict", mark,
                                      "exit `" + *was + "` exists and keeps its own cursor",
                                      "`was` names an exit that is gone; leave it out");
      found.related = in_use;
      found.related_text = "configured here";
    } else if (!is_new) {
      diagnostics.error("was-conflict", mark,
                        "exit `" + taker->second + "` takes over `" + *was + "` already",
                        "one exit carries the cursor on; leave `was` out of the other");
    }
  }
}

bool all_loopback(const std::vector<net::ListenAddress>& addresses) {
  return std::all_of(addresses.begin(), addresses.end(),
                     [](const net::ListenAddress& a) { return a.is_loopback(); });
}

bool asks_for_header(const std::vector<portals::Auth>& auth) {
  return std::any_of(auth.begin(), auth.end(),
                     [](const portals::Auth& a) { return a.bearer || a.basic; });
}

void check_orders(const Settings& settings, const config::Node& root,
                  config::Diagnostics& diagnostics) {
  for (const ExitSettings& exit : settings.exits) {
    const config::Node* node = root.find("exits")->find(exit.name);
    const config::Node* in_flight = node ? node->find("in_flight") : nullptr;
    if (in_flight && exit.portal->common().order != portals::Order::kNone)
      diagnostics.warning("order-conflict", in_flight->key_mark,
                          "`in_flight` has no effect while events keep their order",
                          "add `order: none` to send several requests at once");
  }
}

/// Portals name the option that decides it as their protocol does.
std::string batch_hint(const portals::ExitDescriptor& type) {
  if (!type.batches) return "";
  const bool has_mode =
      std::any_of(type.fields->begin(), type.fields->end(),
                  [](const config::FieldInfo& field) { return field.name == "mode"; });
  return "its `" + std::string(has_mode ? "mode" : "format") +
         "` decides that; say one that makes batches";
}

void check_batches(const Settings& settings, const config::Node& root,
                   config::Diagnostics& diagnostics) {
  for (const ExitSettings& exit : settings.exits) {
    const config::Node* node = root.find("exits")->find(exit.name);
    const config::Node* batch = node ? node->find("batch") : nullptr;
    if (!batch || exit.portal->batches()) continue;
    diagnostics.warning("no-effect", batch->key_mark,
                        "`batch` has no effect: this exit sends one event a request",
                        batch_hint(*exit.type));
  }
}

/// Entries whose files are not there, or not yet: on another machine they may be.
void check_files(const Settings& settings, const config::Node& root,
                 config::Diagnostics& diagnostics) {
  for (const EntrySettings& entry : settings.entries) {
    const auto files = entry.portal->files();
    if (!files) continue;
    const config::Node* node = root.find("entries")->find(entry.name);
    const config::Node* given = node ? node->find("files") : nullptr;
    for (const std::string& pattern : files->patterns) {
      const net::FoundFiles found = net::find_files(pattern, files->excluded);
      if (found.problem.empty() && !found.files.empty()) continue;
      diagnostics.warning(
          "no-effect", given ? given->key_mark : place_of(root, "entries", entry.name),
          found.problem.empty() ? "`" + pattern + "` finds no file now" : found.problem,
          "the entry waits for it; `tictoc entry show " + entry.name + "` tells what it reads");
    }
  }
}

void check_emptiness(const config::Node& root, config::Diagnostics& diagnostics) {
  // What is refused as a whole has no place.
  if (!root.mark.known() || root.find("entries") || root.find("exits") || root.find("rules"))
    return;
  diagnostics.warning("missing-key", root.mark,
                      "there are no `entries`, `exits` and `rules`: no event comes in or goes out",
                      "`vortex run` without a file has some built in; folder `examples` has more");
}

/// The router's own entry. Alone it says nothing of what others may bring that are still to be
/// configured.
rules::EntryFacts self_facts(bool is_alone) {
  rules::EntryFacts facts{.name = std::string(kSelfEntry), .keeps_raw = false, .is_built_in = true};
  if (is_alone) return facts;
  for (const portals::ProducedKind& kind : self_kinds())
    facts.kinds.push_back({kind.kind, kind.severity, kind.fields, kind.words});
  return facts;
}

/// What the portal of the entry says that it produces, and what the entry's `set` adds.
rules::EntryFacts entry_facts(const EntrySettings& entry, const config::Node* node) {
  rules::EntryFacts facts{.name = entry.name,
                          .keeps_raw = entry.portal->common().raw == portals::Raw::kKeep};
  for (const portals::ProducedKind& kind : entry.type->kinds)
    facts.kinds.push_back({kind.kind, kind.severity, kind.fields, kind.words});
  const config::Node* set = node ? node->find("set") : nullptr;
  if (set)
    for (const config::Node& member : set->children) facts.set.push_back(member.key);
  return facts;
}

}  // namespace

void check_auth(const Settings& settings, const config::Node& root,
                config::Diagnostics& diagnostics) {
  const bool http_is_open = !all_loopback(settings.listen);
  for (const EntrySettings& entry : settings.entries) {
    bool is_open = http_is_open;
    if (entry.type->is_stream) {
      is_open = false;
      for (const std::string& text : entry.portal->listen()) {
        const auto address = net::parse_listen(text);
        is_open |= text != "stdin" && address.ok() && !address->is_loopback();
      }
      // A stream of lines carries no credential; networks are how it is guarded.
      if (!entry.portal->common().allow.empty()) is_open = false;
    }
    if (entry.type->is_stream && asks_for_header(entry.portal->common().auth))
      diagnostics.error("conflict", place_of(root, "entries", entry.name),
                        "a stream of lines has no header for bearer or basic authentication",
                        "use `allow: [10.0.0.0/8]`, or `tls://` with `auth: {mtls: ...}`");
    if (entry.type->is_stream && entry.portal->common().rate_per_sec)
      diagnostics.warning("no-effect", place_of(root, "entries", entry.name),
                          "`rate` does not hold back streams yet",
                          "a full tunnel does: their senders are stopped");
    if (!is_open || !entry.portal->common().auth.empty() || entry.portal->has_verifier()) continue;
    diagnostics.error(
        "auth-required", place_of(root, "entries", entry.name),
        "entry `" + entry.name + "` can be reached from other machines and has no `auth`",
        entry.type->is_stream ? "add `allow: [10.0.0.0/8]`, or `auth: none` to mean it"
                              : "add `auth: {bearer: {env: TOKEN}}`, the portal's own "
                                "token, or `auth: none` to mean it");
  }
  const auto& api = settings.api.listen.empty() ? settings.listen : settings.api.listen;
  if (settings.api.auth.empty() && !all_loopback(api)) {
    const config::Node* node = root.find("api");
    const config::Node* listen = root.find("listen");
    diagnostics.error("auth-required",
                      node     ? node->key_mark
                      : listen ? listen->key_mark
                               : config::Mark{},
                      "the API can be reached from other machines and has no `auth`",
                      "add `api: {auth: {bearer: {env: API_TOKEN}}}`, or `api: {listen: "
                      "127.0.0.1:8421}` to keep it here");
  }
}

void check_whole(const Settings& settings, const config::Node& root,
                 config::ParseContext& context) {
  check_claims(settings, root, context);
  check_auth(settings, root, context.diagnostics);
  check_orders(settings, root, context.diagnostics);
  check_batches(settings, root, context.diagnostics);
  check_renames(settings, root, context.diagnostics);
  check_emptiness(root, context.diagnostics);
  if (!context.options.is_offline) check_files(settings, root, context.diagnostics);
  if (!settings.ruleset) return;
  std::vector<rules::ExitFacts> exits;
  for (const ExitSettings& exit : settings.exits)
    exits.push_back({.name = exit.name,
                     .has_life_cycle = exit.type->has_life_cycle,
                     .mark = place_of(root, "exits", exit.name)});
  std::vector<rules::EntryFacts> entries;
  for (const EntrySettings& entry : settings.entries)
    entries.push_back(entry_facts(entry, root.find("entries")->find(entry.name)));
  if (settings.self_events) entries.push_back(self_facts(entries.empty()));
  rules::check_rules(*settings.ruleset, exits, context, {.root = &root, .entries = &entries});
}

}  // namespace tt::pipeline
