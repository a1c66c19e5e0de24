// The tunnel on a disk: segments, group commit, recovery (design.md 7, docs/format).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/result.h"
#include "base/spawner.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

struct DiskTunnelOptions {
  std::string directory;
  std::uint64_t segment_bytes = 64u << 20;
  std::size_t edge_bytes = 64u << 20;      ///< Newest events kept in memory for all readers.
  std::size_t read_bytes_kept = 8u << 20;  ///< And of what was read from disk last.
  std::size_t group_bytes_max = 4u << 20;
  std::size_t pending_bytes_max = 64u << 20;  ///< Appends beyond are answered kRetry.
  std::uint64_t free_bytes_min = 0;           ///< 0: max(64 MiB, 2 segments); below: full.
  /// Called on the thread that commits when a write or sync has failed for good: nothing may be
  /// acknowledged any more, and a restart is the only cure. Empty: logs and ends the process with
  /// exit code 74 (EX_IOERR).
  std::function<void(const Error&)> on_fatal;
  /// Told of damage found at the start and while reading, in words for people; on any thread, must
  /// not block. May be empty.
  std::function<void(std::string_view what)> on_damage;
};

/// Everything outside comes in here.
struct Seams {
  Clock& clock;
  Disk& disk;
  Random& random;
  Spawner& spawner;
  Metrics& metrics;
};

/// Opens or creates the data directory and recovers it. kStopped when another process holds it
/// (naming its process id), kMisconfigured for a newer format or an unusable folder.
Result<std::unique_ptr<Tunnel>> open_disk_tunnel(DiskTunnelOptions options, Seams seams);

/// For tests and `ack: memory` only deployments: same contract, nothing survives.
std::unique_ptr<Tunnel> make_memory_tunnel(Seams seams);

}  // namespace tt::tunnel
