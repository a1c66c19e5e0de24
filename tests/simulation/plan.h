// Plan: what a seed decides before a run: sizes, faults, and the configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "portals/kit/common.h"
#include "simulation/network.h"
#include "simulation/node_disk.h"
#include "simulation/scheduler.h"

namespace tt::simulation {

struct PlannedExit {
  const char* name;
  char letter;  ///< In `want` of the events that it gets.
  portals::Order order;
  bool is_file;
};
constexpr std::array<PlannedExit, 5> kExits{{
    {"steady", 's', portals::Order::kTunnel, false},
    {"batch", 'b', portals::Order::kTunnel, false},
    {"strict", 't', portals::Order::kStrict, false},
    {"any", 'a', portals::Order::kNone, false},
    {"archive", 'f', portals::Order::kTunnel, true},
}};
/// An exit that reloads add, rename (with its cursor) and remove. What it gets must be right and in
/// order; what it misses while it is not there is nobody's loss.
constexpr PlannedExit kGuest{"guest", 'g', portals::Order::kTunnel, false};
constexpr std::string_view kArchivePath = "/out/archive.ndjson";
constexpr std::string_view kDataPath = "/node/data";

/// A swarm: each kind of fault is on or off in a run, so that no kind hides another for good.
struct Plan {
  explicit Plan(std::uint64_t seed);
  /// No fault at all, for tests that make their own.
  static Plan calm();

  /// The configuration; another `variant` changes options and how rules are written, but not which
  /// events go where.
  std::string yaml(std::uint64_t variant) const;
  std::string describe() const;

  std::uint64_t seed;
  Scheduler::Options threads;
  NodeDisk::Faults disk;
  NetworkFaults network;
  std::int64_t active_ns = 0;   ///< How long faults and senders go on.
  std::int64_t gap_ns_max = 0;  ///< Between two acts.
  bool has_kills = false, has_power_cuts = false, has_stops = false;
  bool has_full_disks = false, has_clock_jumps = false;
  bool has_reloads = false, has_pauses = false, has_short_retention = false;
  bool has_all_levels = false, has_keys = false, has_replays = false;
  std::uint64_t segment_bytes = 0;
  std::int64_t retry_cap_s = 0, timeout_s = 0;
  int batch_events = 0;

 private:
  std::string exit_yaml(const PlannedExit& exit, const std::string& name,
                        std::uint64_t variant) const;
  Plan() : seed(0) {}
};

}  // namespace tt::simulation
