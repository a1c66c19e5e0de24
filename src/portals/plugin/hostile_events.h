// Events and bodies that people who mean harm, or broken senders, would make.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "event/event.h"

namespace tt::portals::plugin {

/// Each in every named and well-known field of an event.
event::EventBatch hostile_events(WallNs now_ns);
/// What an entry may be sent instead of what it waits for.
std::vector<std::string> hostile_bodies();

}  // namespace tt::portals::plugin
