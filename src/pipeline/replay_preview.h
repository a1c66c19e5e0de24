// ReplayPreview: what a replay would send, and what of its range is gone, before anything is sent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Events of [since, until) that the rules send to the exit and `where` lets through.
struct ReplayRange {
  std::string exit;
  tunnel::Seq since = 0, until = std::numeric_limits<tunnel::Seq>::max();
  WallNs since_ns = 0;  ///< The time that was asked for; 0: an event was.
  std::string where;    ///< CEL; empty: all of them.
};

struct ReplayPreview {
  tunnel::Seq since = 0, until = 0;  ///< Of what is kept: [since, until) up to the visible mark.
  std::uint64_t count = 0;           ///< Events that would be sent, by the rules in force.
  bool is_cut = false;               ///< It takes long to count them: there are more.
  WallNs first_ns = 0, last_ns = 0;  ///< When the first and the last of them was received.
  std::string example_id, example_message;  ///< The first of them.
  /// At most so many events of the range has retention removed, whatever exit they were for.
  std::uint64_t removed_max = 0;
  WallNs kept_since_ns = 0;  ///< When the oldest event of the tunnel was received; 0: none is kept.
  bool pages = false;        ///< What the exit gets wakes people or starts machines.
};

/// `is_decided`: the exit is done with this event; what it has still before it comes live, and does
/// not count. kReject: no such exit, or a wrong condition. Reads the disk for up to
/// kReplayPreviewMs.
Result<ReplayPreview> preview_replay(tunnel::Tunnel& tunnel, Clock& clock, const Settings& settings,
                                     const ReplayRange& range,
                                     const std::function<bool(tunnel::Seq)>& is_decided);

}  // namespace tt::pipeline
