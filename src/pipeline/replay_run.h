// ReplayRun: what makes a delivery a replay, a second reader over a stretch of the past.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "pipeline/replay_state.h"
#include "portals/kit/rate_limit.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

class Delivery;

/// Lives in the delivery that it makes a replay; belongs to the loop's thread.
struct ReplayRun {
  std::uint64_t epoch = 0;  ///< Said by each of its requests, attempts and dead letters; above 0.
  tunnel::Seq until = 0;    ///< Exclusive; not above the visible mark.
  portals::RateLimit pace;  ///< In events, beside the exit's own `rate`.
  std::shared_ptr<Delivery> live;  ///< Its connections, breaker and `rate` hold for both.
  /// Of the events that the rules send to the exit, those that go again. Null: all of them.
  std::function<bool(const tunnel::StoredEvent&)> wants;
  std::function<void()> on_end;  ///< Everything is decided and synced; may come several times.
  std::uint64_t selected = 0, sent = 0;
  tunnel::Settled settled;  ///< ReplayState::settled.
};

}  // namespace tt::pipeline
