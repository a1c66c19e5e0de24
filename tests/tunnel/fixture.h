// What tunnel tests share: seams over a disk in memory, events, and answers waited for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/memory_disk.h"
#include "base/random.h"
#include "event/writer.h"
#include "tunnel/disk_tunnel.h"

namespace tt::tunnel {

/// Everything outside a tunnel, under the control of a test.
struct World {
  ManualClock clock;
  MemoryDisk disk;
  SeededRandom random{7};
  Metrics metrics;
  Seams seams{clock, disk, random, system_spawner(), metrics};
};

/// Segments of 64 KiB; a failed write ends nothing but the tunnel.
inline DiskTunnelOptions small_options() {
  return {.directory = "/data",
          .segment_bytes = 64u << 10,
          .free_bytes_min = 1,
          .on_fatal = [](const Error&) {}};
}

/// Of the events of tests that fill segments; about 60 fit one of `small_options`.
constexpr std::size_t kEventBytes = 1000;

inline std::unique_ptr<Tunnel> open_tunnel(World& world,
                                           DiskTunnelOptions options = small_options()) {
  auto tunnel = open_disk_tunnel(std::move(options), world.seams);
  EXPECT_TRUE(tunnel.ok()) << (tunnel.ok() ? "" : tunnel.error().text);
  return tunnel.ok() ? *std::move(tunnel) : nullptr;
}

inline event::SharedBatch make_events(const std::vector<std::string>& messages) {
  auto batch = std::make_shared<event::EventBatch>();
  event::EventWriter writer(*batch);
  for (const std::string& message : messages) {
    writer.begin();
    writer.set_text("message", message);
    const Status finished = writer.finish(0);
    EXPECT_TRUE(finished.ok());
  }
  return batch;
}

inline std::vector<std::string> numbered(std::string_view prefix, std::size_t count) {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < count; ++i) {
    messages.push_back(std::string(prefix) + std::to_string(i));
  }
  return messages;
}

struct AppendOptions {
  AckLevel level = AckLevel::kDisk;
  std::string key;
  std::string entry = "events";
};

inline std::future<Appended> append_later(Tunnel& tunnel, const std::vector<std::string>& messages,
                                          AppendOptions options = {}) {
  auto promise = std::make_shared<std::promise<Appended>>();
  auto future = promise->get_future();
  tunnel.append({make_events(messages), options.entry, options.key, options.level},
                [promise](Appended appended) { promise->set_value(std::move(appended)); });
  return future;
}

inline Appended append(Tunnel& tunnel, const std::vector<std::string>& messages,
                       AppendOptions options = {}) {
  return append_later(tunnel, messages, std::move(options)).get();
}

/// Names of the log's segment files, oldest first.
inline std::vector<std::string> segment_files(World& world) {
  std::vector<std::string> names;
  const auto entries = world.disk.list("/data/tunnel");
  EXPECT_TRUE(entries.ok());
  for (const DirectoryEntry& entry : *entries) {
    if (entry.name.ends_with(".seg")) names.push_back("/data/tunnel/" + entry.name);
  }
  return names;
}

struct Seen {
  Seq seq;
  std::string message;
  bool operator==(const Seen&) const = default;
};

/// Everything up to the visible mark.
template <class Source>
std::vector<Seen> read_all(Source& source, std::size_t bytes_max = 1u << 20) {
  std::vector<Seen> seen;
  while (true) {
    auto batch = source.next(bytes_max);
    EXPECT_TRUE(batch.ok()) << (batch.ok() ? "" : batch.error().text);
    if (!batch.ok() || !*batch) return seen;
    Seq last = (*batch)->first;
    for (const StoredEvent& event : (*batch)->events()) {
      EXPECT_GE(event.meta.seq, last);
      EXPECT_LT(event.meta.seq, (*batch)->next);
      last = event.meta.seq;
      seen.push_back({event.meta.seq, event.event.text("message")});
    }
  }
}

inline std::vector<std::string> messages_of(const std::vector<Seen>& seen) {
  std::vector<std::string> messages;
  for (const Seen& one : seen) messages.push_back(one.message);
  return messages;
}

inline std::unique_ptr<Reader> open_reader(Tunnel& tunnel, std::string_view exit,
                                           Start start = {Start::Kind::kEarliest}) {
  auto reader = tunnel.open(exit, start);
  EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.error().text);
  return reader.ok() ? *std::move(reader) : nullptr;
}

}  // namespace tt::tunnel
