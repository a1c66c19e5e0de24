// RunningReplays: the replays that are on their way, each with the delivery that makes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/delivery.h"
#include "pipeline/replay_state.h"

namespace tt::pipeline {

struct ReplayStatus {
  ReplayState state;  ///< With the counts of this moment.
  /// "running", "paused" (with its exit), "waiting" (the exit's breaker is open), "ending"; else
  /// the state's phase.
  std::string activity;
  std::string problem;  ///< Of the last failed attempt.
};

/// At most one an exit. Sends what a replay wants until its range is over or end() is called, and
/// keeps nothing: what is to be known of a replay that has ended, `ended` is told. On the loop's
/// thread, but for launch() and take_all().
class RunningReplays {
 public:
  struct Parts {
    DeliveryContext& context;
    /// The live delivery of an exit, or null.
    std::function<std::shared_ptr<Delivery>(std::string_view)> live;
    /// With what it came to; it does not run any more.
    std::function<void(const ReplayState&)> ended;
  };
  explicit RunningReplays(Parts parts);
  ~RunningReplays();

  /// From another thread than the loop's; blocks. kReject: the exit is not open; kStopped: the
  /// daemon stops.
  Status launch(const ReplayState& state, std::unique_ptr<tunnel::Reader> reader);
  bool contains(std::string_view exit) const { return running_.contains(exit); }
  std::optional<ReplayStatus> status(std::string_view exit) const;
  /// With the counts of this moment; none when it is ending.
  std::optional<ReplayState> state(std::string_view exit) const;
  /// Sends nothing more; what is in flight is still answered. Nothing happens when none runs.
  void end(const std::string& exit, ReplayState::Phase phase, std::string reason);

  void pump();
  void pause(std::string_view exit, bool paused);
  /// Ends those that hold back as much as the tunnel may keep: new events need the room.
  void limit(std::uint64_t tunnel_bytes_max);
  /// After the live deliveries have taken over the new ruleset.
  void replace();
  std::vector<std::shared_ptr<Delivery>> deliveries() const;
  /// The stop's time is over: those that are ending send nothing more either.
  void abandon();

  /// The loop has stopped: lets go of all. Returns those that a later start goes on with; what is
  /// open is read, selected and sent again by it.
  std::vector<ReplayState> take_all();

 private:
  struct Running {
    ReplayState state;
    std::shared_ptr<Delivery> delivery;
    bool is_ending = false;

    ReplayCounts counts() const;
  };

  void release(const std::string& exit);

  const Parts parts_;
  std::map<std::string, Running, std::less<>> running_;  // By exit.
};

}  // namespace tt::pipeline
