// ReplayState: what is kept of each exit's newest replay, so that a stop of the daemon ends none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Events of one replay: selected = delivered + dead + pending, each counted where it happens.
struct ReplayCounts {
  std::uint64_t selected = 0;  ///< Read, sent here by the rules, and wanted.
  std::uint64_t sent = 0;      ///< Of these, tried at least once.
  std::uint64_t delivered = 0;
  std::uint64_t dead = 0;
  std::uint64_t filtered = 0;  ///< Read, and not selected.
  /// Gathered, in flight or waiting for a retry; when it was cancelled, what it did not send.
  std::uint64_t pending = 0;
  std::uint64_t left = 0;  ///< At most so many events of the range have not been read.
};

struct ReplayState {
  enum class Phase : std::uint8_t {
    kRunning,
    kDone,
    kCancelled,
    kEnded,  ///< By the daemon; `reason` says why.
  } phase = Phase::kRunning;
  std::string exit;
  std::uint64_t epoch = 0;           ///< Rises with each replay of the exit.
  tunnel::Seq since = 0, until = 0;  ///< [since, until).
  std::string where;                 ///< Empty: all that the rules send to the exit.
  double per_sec = 0;
  /// What the live delivery was done with at the beginning; the rest of the range is left to it.
  tunnel::Settled settled;
  WallNs begun_ns = 0, ended_ns = 0;
  std::string reason;
  ReplayCounts counts;  ///< Up to the last clean stop, or to the end.
};
std::string_view to_string(ReplayState::Phase phase);  ///< "running", "done", ...

/// Small JSON files, one an exit. Thread safe.
class ReplayFiles {
 public:
  ReplayFiles(Disk& disk, std::string folder) : disk_(disk), folder_(std::move(folder)) {}

  struct Loaded {
    std::map<std::string, ReplayState, std::less<>> states;  ///< By exit.
    bool is_whole = true;  ///< Else the disk refused something: there may be more.
  };
  /// A file that cannot be read or is damaged is named in the log and left out.
  Loaded load();
  /// Durable on return. What a newer replay has replaced meanwhile is left as it is.
  Status keep(const ReplayState& state);
  Status remove(const std::string& exit);

 private:
  std::string path_of(const std::string& exit) const;

  Disk& disk_;
  const std::string folder_;
  std::mutex mutex_;                                          // Guards the files and the next one.
  std::map<std::string, std::uint64_t, std::less<>> epochs_;  // As kept last.
};

std::string encode_replay(const ReplayState& state);
/// kCorrupt when it is none.
Result<ReplayState> decode_replay(std::string_view text);

}  // namespace tt::pipeline
