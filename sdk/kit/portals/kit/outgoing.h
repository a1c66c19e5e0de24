// For portals of the tree that are compiled as plugins: what they ask of an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin.hpp"
#include "tt_plugin/text.hpp"

namespace tt::portals {

/// When it happened: the event's timestamp, else when it came.
inline WallNs time_of(const OutgoingEvent& event) {
  const auto time = parse_time(event.event.text("timestamp"));
  return time ? *time : event.meta.received_ns;
}

}  // namespace tt::portals
