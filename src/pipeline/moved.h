// Moved events: how many pending ones a new ruleset sends elsewhere, for the answer of a reload.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// What an exit has before it. What is in flight, waits for a retry or is parked was judged when it
/// was read and stays as it is, so it is not pending in this sense.
struct PendingEvents {
  std::string exit;
  tunnel::Seq from = 0;  ///< From here on events are judged by whatever ruleset is in force then.
  std::function<bool(tunnel::Seq)> is_decided;  ///< Beyond `from`, decided before a restart.
};

struct MovedEvents {
  /// By exit, those with any: events that it would get under one ruleset and not under the other.
  /// A renamed exit stands under its new name; of a removed one all that it would get count.
  std::map<std::string, std::uint64_t> by_exit;
  bool is_cut =
      false;  ///< The backlog is longer than `events_max`: the counts are of its beginning.
};

/// Judges the backlog of `exits` by both rulesets, oldest first. Blocks on the disk. An
/// unreadable stretch ends the count, which is cut then.
MovedEvents count_moved(tunnel::Tunnel& tunnel, const Settings& old, const Settings& next,
                        std::span<const PendingEvents> exits, std::uint64_t events_max);

}  // namespace tt::pipeline
