// EntryThread: the thread of an entry that runs inside the daemon, its events as a stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/spawner.h"
#include "pipeline/entry_worker.h"
#include "portals/kit/entry_source.h"

namespace tt::pipeline {

/// A source that ends by itself is followed by another, with pauses of 1 s to 60 s. One that does
/// not end when told to is left behind by kill(), with its thread: it may be inside foreign code.
class EntryThread final : public EntryWorker, public std::enable_shared_from_this<EntryThread> {
 public:
  using Make = std::function<std::shared_ptr<portals::EntrySource>()>;
  EntryThread(Spawner& spawner, std::string entry, Make make, Open open);

  void begin() override;
  void end() override;
  void kill() override;
  bool has_ended() const override { return has_ended_.load(); }

 private:
  void run();
  Status run_once(const std::shared_ptr<portals::EntrySource>& source);

  Spawner& spawner_;
  const std::string entry_;
  const Make make_;
  const Open open_;
  std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::unique_ptr<Thread> thread_;
  std::shared_ptr<portals::EntrySource> source_;  // The one that runs.
  bool is_ending_ = false;
  bool is_left_ = false;  // What it was given to talk to may be gone.
  std::atomic<bool> has_ended_{false};
};

}  // namespace tt::pipeline
