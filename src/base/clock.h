// Clock: wall and steady time, passed in so that tests own it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tt {

/// Nanoseconds since 1970-01-01T00:00:00Z.
using WallNs = std::int64_t;
/// Nanoseconds on a clock that never jumps; only differences mean something.
using SteadyNs = std::int64_t;

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSec = 1'000'000'000;

/// Thread safe. Timers use steady time; timestamps use wall time; order uses neither.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallNs wall_ns() const = 0;
  virtual SteadyNs steady_ns() const = 0;
};

/// The machine's clocks (CLOCK_REALTIME, CLOCK_MONOTONIC).
Clock& system_clock();

/// A clock that stands still until told; for tests and for replays of decisions.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallNs wall_ns = 1'767'225'600 * kNsPerSec) : wall_ns_(wall_ns) {}
  WallNs wall_ns() const override { return __atomic_load_n(&wall_ns_, __ATOMIC_RELAXED); }
  SteadyNs steady_ns() const override { return __atomic_load_n(&steady_ns_, __ATOMIC_RELAXED); }
  void advance_ns(std::int64_t ns) {
    __atomic_add_fetch(&wall_ns_, ns, __ATOMIC_RELAXED);
    __atomic_add_fetch(&steady_ns_, ns, __ATOMIC_RELAXED);
  }
  /// A wall clock jump: steady time does not move.
  void set_wall_ns(WallNs ns) { __atomic_store_n(&wall_ns_, ns, __ATOMIC_RELAXED); }

 private:
  WallNs wall_ns_;
  SteadyNs steady_ns_ = 1;
};

}  // namespace tt
