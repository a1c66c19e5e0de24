// Node: one life of the shipped daemon, on simulated threads, disk, clock and network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "pipeline/daemon.h"
#include "simulation/network.h"
#include "simulation/node_disk.h"
#include "simulation/plan.h"

namespace tt::simulation {

/// What outlives the process.
struct Outside {
  ManualClock& clock;
  Scheduler& scheduler;
  Random& random;  ///< The product's own: salts, jitter.
  Random& chance;  ///< Of faults.
  MemoryDisk& disk;
  Network& network;
  Oracle& oracle;
  Trace& trace;
};

/// A process that dies leaves threads behind that must end before the next one begins; from the
/// death on they reach neither disk nor network nor a sender, as if they were gone.
class Node {
 public:
  Node(Outside outside, const Plan& plan);
  ~Node();  ///< Kills it when it still lives.

  Status start(std::shared_ptr<const pipeline::Settings> settings);
  /// Dies at this instant, whatever its threads are doing.
  void die(End how, const char* why);
  /// A clean stop. Blocks.
  void stop();
  bool is_alive() const { return !*has_ended_; }
  pipeline::Daemon& daemon() { return *daemon_; }
  NodeDisk& disk() { return disk_; }

 private:
  Outside outside_;
  NodeDisk disk_;
  Metrics metrics_;
  const std::shared_ptr<bool> has_ended_ = std::make_shared<bool>(false);
  tunnel::DiskTunnelOptions tunnel_;
  std::unique_ptr<pipeline::Daemon> daemon_;
};

}  // namespace tt::simulation
