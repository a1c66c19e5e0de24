// What tests of entries share: portals from YAML, requests, and what became of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "config/parse.h"
#include "config/yaml_reader.h"
#include "portals/kit/catalog.h"
#include "portals/kit/entry.h"
#include "portals/kit/json.h"
#include "template/event_scope.h"

namespace tt::portals::test {

constexpr WallNs kArrival = 1'767'225'600 * kNsPerSec;  // 2026-01-01T00:00:00Z.

/// An entry as configured by `yaml`, the map under its name; `portal` is null after errors.
struct ConfiguredEntry {
  config::Files files;
  config::Diagnostics diagnostics;
  std::unique_ptr<EntryPortal> portal;

  ConfiguredEntry(const EntryDescriptor& type, std::string_view yaml) {
    const int file = files.add("test.yaml", std::string(yaml));
    const auto node = config::read_yaml(files, file, diagnostics);
    if (!node) return;
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment()};
    portal = type.make(*node, context);
  }
  /// `options` follow `type: name`; must be right.
  ConfiguredEntry(std::string_view name, std::string_view options)
      : ConfiguredEntry(*find_entry(name),
                        "type: " + std::string(name) + "\n" + std::string(options)) {
    EXPECT_TRUE(portal) << problems();
  }
  std::string problems() const { return config::print_text(diagnostics, files); }
  const EntryPortal* operator->() const { return portal.get(); }
};

/// A request that owns its parts.
struct Sent {
  std::string body;
  net::Headers headers;
  WallNs now_ns = kArrival;

  EntryRequest request() const {
    return {.headers = &headers, .body = body, .peer = "192.0.2.1", .now_ns = now_ns};
  }
};

inline EntryEvents decode_all(const EntryPortal& portal, const Sent& sent,
                              DecodeContext context = {}) {
  EntryEvents events;
  const auto refusal = portal.decode(sent.request(), context, events);
  EXPECT_FALSE(refusal) << refusal->status << " " << refusal->text;
  return events;
}

/// Of a request that becomes one event.
class OneEvent {
 public:
  OneEvent(const EntryPortal& portal, const Sent& sent, DecodeContext context = {})
      : all_(decode_all(portal, sent, context)) {
    EXPECT_EQ(all_.events.size(), 1u);
  }
  std::string operator[](std::string_view name) const {
    if (all_.events.size() != 1) return "not one event";
    const event::Field* field = all_.events[0].find(name);
    return field ? all_.events[0].text(*field) : "";
  }
  std::string json() const { return std::string(all_.events[0].json); }
  const EntryEvents& all() const { return all_; }

 private:
  EntryEvents all_;
};

/// The name of a test of a table whose rows have one.
template <class Row>
std::string row_name(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

inline std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace tt::portals::test
