// Arrival: the events of a test as they would be stored, or why their sender was refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "event/event.h"
#include "pipeline/settings.h"
#include "rehearse/test_config.h"
#include "tunnel/tunnel.h"

namespace tt::rehearse {

/// Not movable: `events` borrows from the other members.
struct Arrival {
  Arrival() = default;
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  std::string log_id;  ///< The first half of the events' ids.
  std::vector<tunnel::StoredEvent> events;
  std::string refused;  ///< "401: ...", or a reason alone; empty: accepted.
  std::string problem;  ///< The test itself cannot be carried out.

  std::string entry;
  event::EventBatch batch;
};

/// Fills `out` with the events of the test.
void arrive(const TestConfig& test, const pipeline::Settings& settings, Disk& disk, Arrival& out);

}  // namespace tt::rehearse
