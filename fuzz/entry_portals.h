// What the fuzzers of entries share: each portal as its example configures it, and what holds of
// events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/utf8.h"
#include "config/yaml_reader.h"
#include "event/decode.h"
#include "portals/kit/entry.h"
#include "template/event_scope.h"

namespace tt::portals {

constexpr WallNs kNow = 1'769'860'800 * kNsPerSec;

struct Portal {
  const EntryDescriptor* type;
  std::unique_ptr<EntryPortal> portal;
};

/// `options` are lines of YAML behind the example.
inline Portal configure(const EntryDescriptor& type, std::string_view options = {}) {
  std::string yaml(type.example);
  yaml += options;
  // A secret that exists, so that handshakes can be tried.
  for (const char* reference : {"{env:", "{file:", "{credential:"})
    for (std::size_t at = yaml.find(reference); at != std::string::npos; at = yaml.find(reference))
      yaml.replace(at, yaml.find('}', at) - at + 1, "sesame");
  config::Files files;
  config::Diagnostics diagnostics;
  const int file = files.add("example.yaml", yaml);
  const auto node = config::read_yaml(files, file, diagnostics);
  TT_ASSERT(node.has_value());
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = tmpl::shared_event_environment().environment()};
  Portal made{&type, type.make(*node, context)};
  TT_ASSERT(made.portal != nullptr);
  return made;
}

inline void check(const EntryEvents& events) {
  for (std::size_t i = 0; i < events.events.size(); ++i) {
    const event::EventView event = events.events[i];
    TT_ASSERT(is_utf8(event.json));
    TT_ASSERT(!event.text("message").empty());
    const event::Decoded again =
        event::decode_events(event.json, event::BodyFormat::kJson, event::Limits{}, kNow + 1);
    TT_ASSERT(again.events.size() == 1 && again.events[0].json == event.json);
  }
}

}  // namespace tt::portals
