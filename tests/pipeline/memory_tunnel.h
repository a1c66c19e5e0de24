// MemoryTunnelTest: a tunnel in memory, and what it stands on, for tests without a daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string_view>
#include <utility>

#include "base/memory_disk.h"
#include "base/metrics.h"
#include "event/decode.h"
#include "tunnel/disk_tunnel.h"

namespace tt::pipeline::testing {

/// Time moves when a test says so.
class MemoryTunnelTest : public ::testing::Test {
 protected:
  /// Stores the event and waits for it; gives its place.
  tunnel::Seq append(std::string_view json) {
    auto decoded = event::decode_events(json, event::BodyFormat::kJson, {}, clock_.wall_ns());
    std::promise<tunnel::Appended> promise;
    tunnel_->append({.events = std::make_shared<const event::EventBatch>(std::move(decoded.events)),
                     .entry = "events"},
                    [&](tunnel::Appended appended) { promise.set_value(appended); });
    return promise.get_future().get().first;
  }

  ManualClock clock_;
  MemoryDisk disk_;
  SeededRandom random_{1};
  Metrics metrics_;
  const std::unique_ptr<tunnel::Tunnel> tunnel_ =
      tunnel::make_memory_tunnel({clock_, disk_, random_, system_spawner(), metrics_});
};

}  // namespace tt::pipeline::testing
