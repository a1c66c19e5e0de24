// World: rules from YAML text and events from JSON text, for the tests of this layer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/cel_report.h"
#include "config/diagnostic.h"
#include "config/parse.h"
#include "config/yaml_reader.h"
#include "event/decode.h"
#include "rules/check.h"
#include "rules/router.h"
#include "rules/ruleset.h"

namespace tt::rules {

/// A configuration as this layer sees it: `let`, `rules`, the names of `exits` (a map, of which
/// only `life_cycle: true` matters here) and `entries`, which bring anything or, with `kinds`, a
/// list of `{kind, severity, fields, words}` as portals have it.
class World {
 public:
  explicit World(std::string_view yaml, std::string path = "vortex.yaml") {
    const int file = files.add(std::move(path), std::string(yaml));
    root = config::read_yaml(files, file, diagnostics);
    if (!root) return;
    if (const config::Node* let = root->find("let")) {
      config::add_lets(*let, *environment, context);
    }
    std::vector<std::string> names;
    if (const config::Node* exits = root->find("exits")) {
      for (const config::Node& exit : exits->children) {
        names.push_back(exit.key);
        facts.push_back({exit.key, exit.find("life_cycle") != nullptr, exit.key_mark});
      }
    }
    if (const config::Node* map = root->find("entries")) {
      for (const config::Node& entry : map->children) entries.push_back(facts_of(entry));
    }
    ruleset = Ruleset::parse(root->find("rules"), std::move(names), environment, context);
  }

  /// Warnings too; what `vortex check` prints.
  std::string checked() {
    if (ruleset) check_rules(*ruleset, facts, context, {.root = &*root, .entries = &entries});
    return printed();
  }
  std::string printed() {
    diagnostics.sort();
    return config::print_text(diagnostics, files);
  }

  static EntryFacts facts_of(const config::Node& entry) {
    EntryFacts made{.name = entry.key};
    const config::Node* kinds = entry.find("kinds");
    for (std::size_t i = 0; kinds != nullptr && i < kinds->children.size(); ++i) {
      const auto text = [&](std::string_view name) {
        const config::Node* node = kinds->children[i].find(name);
        return node != nullptr ? std::string_view(node->text) : std::string_view();
      };
      made.kinds.push_back({text("kind"), text("severity"), text("fields"), text("words")});
    }
    if (const config::Node* set = entry.find("set")) {
      for (const config::Node& member : set->children) made.set.push_back(member.key);
    }
    return made;
  }

  config::Files files;
  config::Diagnostics diagnostics;
  std::shared_ptr<tmpl::EventEnvironment> environment = std::make_shared<tmpl::EventEnvironment>();
  config::ParseContext context{files, diagnostics, environment->environment()};
  std::optional<config::Node> root;
  std::vector<ExitFacts> facts;
  std::vector<EntryFacts> entries;
  std::shared_ptr<const Ruleset> ruleset;
};

constexpr WallNs kTestNs = 1'769'860'800'000'000'000;  // 2026-01-31T12:00:00Z, a Saturday.

/// Events from NDJSON; a missing message becomes "m".
class Events {
 public:
  explicit Events(std::string_view ndjson) {
    auto decoded = event::decode_events(ndjson, event::BodyFormat::kNdjson, {}, kTestNs);
    for (const auto& refused : decoded.rejected) ADD_FAILURE() << refused.error;
    if (decoded.syntax) ADD_FAILURE() << decoded.syntax->text;
    batch_ = std::move(decoded.events);
  }
  std::size_t size() const { return batch_.size(); }
  event::EventView operator[](std::size_t i) const { return batch_[i]; }

 private:
  event::EventBatch batch_;
};

inline tmpl::MetaView meta_of(std::string_view entry = "events") {
  return {.id = "00c0ffee-7", .seq = 7, .received_ns = kTestNs, .entry = entry};
}

/// Names of the exits that get the event, in the order of `exits`, with a space between.
inline std::string routed_to(Router& router, const event::EventView& event,
                             const tmpl::MetaView& meta = meta_of()) {
  ExitBits bits;
  const RoutedEvent one{event, meta};
  router.route({&one, 1}, bits);
  std::string names;
  for (std::size_t exit = 0; exit < router.ruleset().exits().size(); ++exit) {
    if (!bits.test(0, exit)) continue;
    if (!names.empty()) names += ' ';
    names += router.ruleset().exits()[exit];
  }
  return names;
}

/// The event that the exit gets, as JSON without its timestamp.
inline std::string delivered(Router& router, const event::EventView& event, std::string_view exit,
                             std::size_t* failures = nullptr) {
  const Delta delta = router.delta(event, meta_of(), router.ruleset().find_exit(exit).value_or(0));
  event::EventBatch batch;
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_all(event);
  const std::size_t failed = delta.apply(event, meta_of(), writer);
  if (failures != nullptr) *failures = failed;
  if (Status done = writer.finish(kTestNs); !done) return done.error().text;
  std::string json(batch[0].json);
  const std::string stamp = "\"timestamp\":\"2026-01-31T12:00:00.000000Z\"";
  for (const std::string& written : {stamp + ",", "," + stamp}) {
    if (const std::size_t at = json.find(written); at != std::string::npos) {
      json.erase(at, written.size());
    }
  }
  return json;
}

}  // namespace tt::rules
