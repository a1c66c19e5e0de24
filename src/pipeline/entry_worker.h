// EntryWorker: what brings the events of an entry by itself, and is kept running.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/stream_server.h"

namespace tt::pipeline {

/// How the program or source behind an entry is doing.
struct WorkerState {
  std::string state = "starting";  ///< Then "running", or "ended": it is started again.
  std::uint64_t ends = 0;          ///< By itself; each is followed by a restart.
  std::string last_error;          ///< Of the newest end; empty: there was none.
  std::string problem;             ///< For people; empty once it has run well since.
};

/// Any thread.
class EntryWorker {
 public:
  /// Who ran so long runs well: what was before is no problem any more.
  static constexpr std::int64_t kGoodRunNs = 300 * kNsPerSec;

  /// The stream of one start; null when nothing is taken any more.
  using Open = std::function<std::unique_ptr<net::StreamSession>(std::shared_ptr<net::StreamPeer>)>;

  virtual ~EntryWorker() = default;
  virtual void begin() = 0;
  /// It is told to stop, and not started again. What it says until then is taken.
  virtual void end() = 0;
  virtual void kill() = 0;  ///< Now.
  virtual bool has_ended() const = 0;

  WorkerState state(SteadyNs now_ns) const;

 protected:
  void note_start(SteadyNs now_ns);
  /// `what`: "program", "source".
  void note_end(std::string_view what, const std::string& why, SteadyNs now_ns);

 private:
  mutable std::mutex state_mutex_;  // Guards the rest.
  WorkerState state_;
  SteadyNs started_ns_ = 0;
  std::uint64_t failures_ = 0;  // Since it last ran well.

  bool runs_well(SteadyNs now_ns) const {
    return state_.state == "running" && now_ns - started_ns_ > kGoodRunNs;
  }
};

}  // namespace tt::pipeline
