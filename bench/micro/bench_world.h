// World: a ruleset from YAML text and events from JSON text, for the benchmarks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/cel_report.h"
#include "config/diagnostic.h"
#include "config/parse.h"
#include "config/yaml_reader.h"
#include "event/decode.h"
#include "rules/ruleset.h"
#include "template/event_scope.h"

namespace tt::bench {

/// Ends the program with the diagnostics when the YAML has errors. Exits are e0 to e9.
inline std::shared_ptr<const rules::Ruleset> ruleset_of(const std::string& yaml) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto environment = std::make_shared<tmpl::EventEnvironment>();
  config::ParseContext context{files, diagnostics, environment->environment()};
  const int file = files.add("bench.yaml", yaml);
  const auto root = config::read_yaml(files, file, diagnostics);
  std::shared_ptr<const rules::Ruleset> made;
  if (root) {
    if (const config::Node* let = root->find("let")) {
      config::add_lets(*let, *environment, context);
    }
    std::vector<std::string> exits;
    for (int i = 0; i < 10; ++i) exits.push_back("e" + std::to_string(i));
    made = rules::Ruleset::parse(root->find("rules"), exits, environment, context);
  }
  if (!made) {
    std::fprintf(stderr, "%s", config::print_text(diagnostics, files).c_str());
    std::exit(1);
  }
  return made;
}

/// `count` events with the same ten fields. Every third is critical; kinds and sources run through
/// 0 to 999, in an order that a branch predictor does not learn.
inline event::EventBatch ten_field_events(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const int n = i * 617 % 1000;
    char line[512];
    std::snprintf(line, sizeof line,
                  "{\"timestamp\":\"2026-11-07T12:31:45.123Z\",\"kind\":\"%s%d:full\","
                  "\"message\":\"disk full on db-%d, 93.27%% over 12 min\","
                  "\"source\":\"db-%d.fra1.example.net\",\"severity\":\"%s\","
                  "\"view_link\":\"https://ops.example.net/v/%d\",\"host\":\"db-%d\","
                  "\"service\":\"postgres\",\"count\":%d,\"ratio\":0.8231}\n",
                  n % 2 ? "urn:mon:disk-" : "urn:sys-", n, n, n, n % 3 ? "warning" : "critical", n,
                  n, n);
    lines += line;
  }
  return event::decode_events(lines, event::BodyFormat::kNdjson, event::Limits{}, 0).events;
}

inline tmpl::MetaView meta_of_bench() {
  return {
      .id = "00c0ffee-7", .seq = 7, .received_ns = 1'769'860'800'000'000'000, .entry = "events"};
}

}  // namespace tt::bench
