// EntryTails: the files of all entries, read by one thread as fast as intake takes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/spawner.h"
#include "net/file_tail.h"
#include "pipeline/settings.h"
#include "pipeline/tail_notes.h"

namespace tt::pipeline {

/// How far a file is read is noted on disk after its lines are stored: a restart goes on there, so
/// it loses no line, and repeats those of about the last second only when there was no clean stop.
/// Thread safe.
class EntryTails {
 public:
  /// Null when nothing is taken any more.
  using Open = std::function<std::unique_ptr<net::StreamSession>(
      const std::string& entry, std::shared_ptr<net::StreamPeer>, net::StreamInfo)>;

  EntryTails(Disk& disk, const std::string& data, Spawner& spawner, Metrics& metrics, Open open);
  ~EntryTails() { end(0); }

  /// Reads what `settings` want, and no more what they do not want. Where each file begins is noted
  /// before it returns. Nothing happens after end().
  void keep(const Settings& settings);
  /// Reads no more, and waits at most so long until what was read is stored.
  void end(int grace_ms);
  /// As of the last look; nothing when the entry reads no files.
  std::optional<net::FileTail::State> state(std::string_view entry) const;

 private:
  using Tails = std::map<std::string, std::unique_ptr<net::FileTail>>;
  void run();
  void look(SteadyNs now_ns);
  bool read_some(std::span<char> buffer);
  std::size_t runs() const;
  void note();

  Spawner& spawner_;
  Metrics& metrics_;
  const Open open_;
  const std::shared_ptr<net::FileWatch> watch_;
  std::atomic<bool> is_ending_{false};
  std::mutex mutex_;  // Guards the next three.
  TailFile file_;
  Tails tails_;  // By name of the entry.
  std::unique_ptr<Thread> thread_;
  mutable std::mutex states_mutex_;
  std::map<std::string, net::FileTail::State, std::less<>> states_;
};

}  // namespace tt::pipeline
