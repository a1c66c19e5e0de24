// When the events of these tests arrive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

namespace tt::event {

constexpr WallNs kArrival = 1'769'860'800'123'456'789;  // 2026-01-31T12:00:00.123456789Z

}  // namespace tt::event
