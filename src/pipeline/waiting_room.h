// WaitingRoom: events whose senders cannot be told to come again, until they are in the tunnel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "event/event.h"
#include "pipeline/entry_table.h"
#include "pipeline/loop.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Tries once a second while the tunnel is full, or intake is held. Thread safe.
class WaitingRoom {
 public:
  WaitingRoom(tunnel::Tunnel& tunnel, Clock& clock, Loop& loop)
      : tunnel_(tunnel), clock_(clock), loop_(loop) {}

  /// `done` runs when the events are stored, or when the daemon stops.
  void append(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
              std::function<void(const tunnel::Appended&)> done);
  /// Nothing is appended until it is taken back.
  void hold(bool is_held) { is_held_.store(is_held); }
  bool is_held() const { return is_held_.load(std::memory_order_relaxed); }
  /// Gives up what waits, and what comes to wait from now on.
  void stop();

 private:
  struct Waiting {
    std::shared_ptr<const EntryRoute> route;
    event::SharedBatch events;
    std::function<void(const tunnel::Appended&)> done;
  };
  void try_append(Waiting waiting, bool may_block);
  void wait(Waiting waiting);
  void end_waiting();

  tunnel::Tunnel& tunnel_;
  Clock& clock_;
  Loop& loop_;
  std::atomic<bool> is_stopped_{false}, is_held_{false};
  std::deque<Waiting> waiting_;  // Loop's thread only.
};

}  // namespace tt::pipeline
