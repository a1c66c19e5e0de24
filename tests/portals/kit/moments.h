// The times at which tests of the kit take place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

namespace tt::portals {

constexpr WallNs kArrival = 1'767'225'600 * kNsPerSec;   // 2026-01-01T00:00:00Z.
constexpr WallNs kAnswered = 1'445'412'480 * kNsPerSec;  // Wed, 21 Oct 2015 07:28:00 GMT.

}  // namespace tt::portals
