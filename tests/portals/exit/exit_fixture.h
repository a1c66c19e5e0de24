// What tests of exits share: portals from YAML, events from NDJSON, a client without a network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <deque>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/memory_disk.h"
#include "config/parse.h"
#include "config/yaml_reader.h"
#include "event/decode.h"
#include "portals/kit/catalog.h"
#include "portals/kit/exit.h"
#include "portals/kit/held_client.h"
#include "portals/kit/json.h"
#include "template/event_scope.h"

namespace tt::portals::test {

constexpr WallNs kNow = 1'767'225'600 * kNsPerSec;  // 2026-01-01T00:00:00Z.

using Json = std::shared_ptr<const boost::json::value>;

/// A file of the shared data; null where that is not.
inline Json shared_json(const std::string& path) {
  std::ifstream file(TT_SHARED_DIR "/data/" + path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.empty() ? nullptr : parse_json(text);
}

/// Expects each of these members in both, of the same kind.
inline void expect_alike(const boost::json::value& ours, const boost::json::value& theirs,
                         std::initializer_list<const char*> paths) {
  for (const char* path : paths) {
    const boost::json::value *here = find_at(ours, path), *there = find_at(theirs, path);
    ASSERT_TRUE(here && there) << path;
    EXPECT_EQ(here->kind(), there->kind()) << path;
  }
}

/// An exit as configured by `yaml`; `portal` is null after errors.
struct Configured {
  config::Files files;
  config::Diagnostics diagnostics;
  std::unique_ptr<ExitPortal> portal;

  Configured(const ExitDescriptor& type, std::string_view yaml,
             std::map<std::string, std::string> variables = {}) {
    const int file = files.add("test.yaml", std::string(yaml));
    const auto node = config::read_yaml(files, file, diagnostics);
    if (!node) return;
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment()};
    context.variable = [variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    portal = type.make(*node, context);
  }
  Configured(std::string_view name, std::string_view yaml) : Configured(*find_exit(name), yaml) {}
  std::string problems() const { return config::print_text(diagnostics, files); }
};

/// Events on their way out, with ids `7f3a-1`, `7f3a-2` ...
class Outgoing {
 public:
  explicit Outgoing(std::string_view ndjson) {
    event::Decoded decoded =
        event::decode_events(ndjson, event::BodyFormat::kNdjson, event::Limits{}, kNow);
    for (const event::Rejected& refused : decoded.rejected) ADD_FAILURE() << refused.error;
    if (decoded.syntax) ADD_FAILURE() << decoded.syntax->text;
    add(std::move(decoded.events));
  }
  explicit Outgoing(event::EventBatch events) { add(std::move(events)); }

  std::span<const OutgoingEvent> all() const { return list_; }
  std::span<const OutgoingEvent> one(std::size_t i) const { return {&list_[i], 1}; }
  std::size_t size() const { return list_.size(); }

 private:
  void add(event::EventBatch events) {
    events_ = std::move(events);
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const std::string& id = ids_.emplace_back("7f3a-" + std::to_string(i + 1));
      const tmpl::MetaView meta{.id = id, .seq = i + 1, .received_ns = kNow, .entry = "events"};
      tmpl::EventScope& scope =
          scopes_.emplace_back(tmpl::shared_event_environment(), events_[i], meta);
      list_.push_back({.event = events_[i], .id = id, .meta = meta, .scope = &scope});
    }
  }
  event::EventBatch events_;
  std::deque<std::string> ids_;
  std::deque<tmpl::EventScope> scopes_;
  std::vector<OutgoingEvent> list_;
};

/// What an answer to a request for one event means.
inline Verdict judge_one(const ExitPortal& portal, const ExitAnswer& answer) {
  return portal.judge(answer, 1, kNow).front();
}

/// As `vortex encode` prints it: secrets masked.
inline std::string masked_json(const ExitRequest& request) {
  JsonWriter json;
  json.map().key("method").text(request.method).key("url").text(request.url.masked());
  json.key("headers").map();
  for (const auto& [name, value] : request.headers) json.key(name).text(value.masked());
  return json.end().key("body").text(request.body).end().take();
}

/// Seams that do everything on the caller's thread.
struct TestSeams {
  ManualClock clock{kNow};
  MemoryDisk disk;
  HeldClient client;
  std::unique_ptr<net::SocketClient> sockets;  // Last: it ends before what it calls.
  ExitSeams seams() {
    return {clock, disk, client,
            [this]() -> net::SocketClient& {
              if (!sockets) sockets = net::SocketClient::start(system_spawner());
              return *sockets;
            },
            [](std::function<void()> work) { work(); }};
  }
};

}  // namespace tt::portals::test
