// World: senders, operators, faults and the process they all happen to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "simulation/node.h"
#include "simulation/run.h"

namespace tt::simulation {

/// Free on the disk while nothing fills it.
constexpr std::uint64_t kDiskBytes = 64u << 20;

class World {
 public:
  World(Plan plan, std::string folder, bool is_live = false);
  ~World();

  /// Senders and faults, for as long as the plan says.
  void live();
  /// No fault any more: within bounded virtual time everything owed is delivered. Then the checks.
  void heal();
  Outcome outcome();

  Node& node() { return *node_; }
  Network& network() { return *network_; }
  Oracle& oracle() { return oracle_; }
  void pass_ns(std::int64_t ns) { scheduler_.sleep_ns(ns); }
  /// One new event for these exits.
  Number append(const std::string& want);
  bool is_drained();

 private:
  /// A request of a sender that names it by a key, to be asked again.
  struct Keyed {
    std::string key;
    Number first;
    std::size_t count;
  };
  void start_node();
  void bury_node();
  void load(std::uint64_t variant);
  void act();
  void append();
  void append(Number first, std::size_t count, const std::string& key, tunnel::AckLevel level);
  void operate();
  void operate_once(pipeline::Daemon& daemon);
  void reload(pipeline::Daemon& daemon);
  // world_replays.cc
  void replay(pipeline::Daemon& daemon, const PlannedExit& exit);
  bool is_replaying(pipeline::Daemon& daemon, const PlannedExit& exit);
  void check_replays(const PlannedExit& exit, const std::map<tunnel::Seq, std::string>& letters);
  /// What operators see of the exits; their accounts must balance whenever somebody looks.
  std::vector<pipeline::ExitStatus> look(pipeline::Daemon& daemon);
  void die(End how, const char* why);
  void fill_disk();
  void jump();
  void wait_until_drained();
  void check_intake();
  void check_deliveries();
  void check_log();
  void check_quiet_after_restart();
  std::string random_want();
  std::uint64_t below(std::uint64_t bound) { return chance_.below(bound); }
  bool is_broken() const { return oracle_.first_problem().has_value(); }

  Plan plan_;
  const std::string folder_;
  ManualClock clock_;
  Trace trace_;
  SeededRandom turns_, product_, chance_;
  Scheduler scheduler_;
  MemoryDisk disk_;
  Oracle oracle_;
  std::unique_ptr<Network> network_;
  std::shared_ptr<const pipeline::Settings> settings_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<Thread> operator_;
  bool is_operating_ = false;
  bool is_full_ = false;
  std::vector<Keyed> keyed_;
  /// When each replay was begun, by exit and epoch.
  std::map<std::pair<std::string, std::uint64_t>, SteadyNs> begun_ns_;
  std::uint64_t variant_ = 0, last_key_ = 0, disk_failures_ = 0;
  std::size_t unanswered_ = 0;  // Appends of the process that lives.
};

}  // namespace tt::simulation
