// BodyTurns: large request bodies begin one after the other once many bytes of bodies are held.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "net/event_loop.h"
#include "net/request_reader.h"

namespace tt::net {

/// Of one loop, on its thread. Hundreds of bodies that come in side by side are all late, and some
/// of them over the budget when half of each is here; what waits for its turn is with its sender.
class BodyTurns {
 public:
  class Waiter {
   public:
    virtual ~Waiter() = default;
    virtual void on_turn() = 0;  ///< Also of one that waits no longer.
  };

  BodyTurns(EventLoop& loop, const BodyBudget& budget, std::size_t from_bytes)
      : loop_(loop), budget_(budget), from_bytes_(from_bytes) {}

  /// Not without somebody whose end() will let others go on.
  bool must_wait() const { return begun_ > 0 && (are_many_held() || !waiting_.empty()); }
  void wait(std::weak_ptr<Waiter> waiter) { waiting_.push_back(std::move(waiter)); }
  void begin() { ++begun_; }
  /// The body is received, worked on and answered, or its connection is gone.
  void end();

 private:
  bool are_many_held() const { return budget_.used() >= from_bytes_; }
  void wake();

  EventLoop& loop_;
  const BodyBudget& budget_;
  const std::size_t from_bytes_;
  std::deque<std::weak_ptr<Waiter>> waiting_;  // In the order in which they came.
  std::size_t begun_ = 0;
};

}  // namespace tt::net
