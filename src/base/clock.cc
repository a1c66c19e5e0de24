// The machine's clocks behind the Clock interface.
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

namespace tt {
namespace {

std::int64_t read_ns(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return now.tv_sec * kNsPerSec + now.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  WallNs wall_ns() const override { return read_ns(CLOCK_REALTIME); }
  SteadyNs steady_ns() const override { return read_ns(CLOCK_MONOTONIC); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock& clock = *new SystemClock;  // NOLINT: outlives every thread.
  return clock;
}

}  // namespace tt
