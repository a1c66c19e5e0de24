// Replays: time travel of exits, each a second, rate-limited delivery over a stretch of the past.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/delivery.h"
#include "pipeline/limits.h"
#include "pipeline/replay_preview.h"
#include "pipeline/replay_state.h"
#include "pipeline/running_replays.h"

namespace tt::pipeline {

struct ReplayRequest {
  ReplayRange range;
  double per_sec = kReplayPerSec;  ///< Events.
  bool allow_paging = false;       ///< Demanded for exits that page.
  bool allow_removed = false;      ///< Whoever asks knows that a part of the range is gone.
};

/// Whether a cursor of the tunnel is that of a replay.
bool is_replay_cursor(std::string_view name);

/// At most one an exit. A replay has a cursor of its own, durable like any other, and a file that
/// says what it is, so it goes on after a stop, clean or not; it ends with its range, by cancel(),
/// when its exit leaves the configuration, or at limit().
class Replays {
 public:
  struct Parts {
    DeliveryContext& context;
    /// An operator's action and what it was done to: for the event that records it.
    std::function<void(std::string_view action, const std::string& target)> audit;
    std::function<std::shared_ptr<const Settings>()> settings;
    /// The live delivery of an exit, or null; on the loop's thread.
    std::function<std::shared_ptr<Delivery>(std::string_view)> live;
  };
  Replays(Parts parts, std::string folder);
  ~Replays();

  // From other threads than the loop's; these block.

  /// Goes on with what a stop has interrupted; once, when the live deliveries are there.
  void restore();
  Result<ReplayPreview> preview(const ReplayRange& range);
  /// Its cursor and file are durable on return. kReject: what is wrong, and the way out.
  Result<ReplayStatus> begin(const ReplayRequest& request);
  /// Nothing more is sent on return; what is in flight is still answered. kReject: none runs.
  Status cancel(std::string_view exit);
  /// Of the running replay, else of the newest one. kReject: there was none.
  Result<ReplayStatus> status(std::string_view exit);
  /// The exit is forgotten; so are its replays.
  Status forget(const std::string& exit);
  /// The loop and the pool have stopped: keeps the counts and lets go of the cursors.
  void close();

  // On the loop's thread; as those of RunningReplays.

  void pump() { running_.pump(); }
  void pause(std::string_view exit, bool paused) { running_.pause(exit, paused); }
  void limit(std::uint64_t tunnel_bytes_max) { running_.limit(tunnel_bytes_max); }
  void replace() { running_.replace(); }
  std::vector<std::shared_ptr<Delivery>> deliveries() const { return running_.deliveries(); }
  void abandon() { running_.abandon(); }

 private:
  Status refuse(const ReplayRequest& request, const ReplayPreview& preview);
  Status resume(const ReplayState& state);
  void on_end(const ReplayState& state);
  void forget_cursor(const std::string& exit);
  void remember(const ReplayState& state);
  std::optional<ReplayState> newest(std::string_view exit);

  Parts parts_;
  ReplayFiles files_;
  std::mutex begin_mutex_;                                  // One begin or cancel at a time.
  std::mutex mutex_;                                        // Guards the next one.
  std::map<std::string, ReplayState, std::less<>> newest_;  // By exit, as in its file.
  RunningReplays running_;
};

}  // namespace tt::pipeline
