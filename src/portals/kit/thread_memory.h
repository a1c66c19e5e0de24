// ThreadMemory: which message each thread of a chat began with, over restarts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/disk.h"

namespace tt::portals {

/// References by key, for 7 days from the beginning of a thread and for the newest 1,000. They
/// stand in a JSON file, which is written at each change and read at the first call; keys are kept
/// as digests. Without the file, or with one that cannot be read, threads begin anew: a
/// convenience, and no promise. Not thread safe; calls block.
class ThreadMemory {
 public:
  /// An empty `path`: in memory alone.
  ThreadMemory(Disk& disk, Clock& clock, std::string path)
      : disk_(disk), clock_(clock), path_(std::move(path)) {}

  /// Empty when the thread is not known.
  std::string find(const std::string& key);
  void remember(const std::string& key, std::string reference);
  void forget(const std::string& key);

 private:
  struct Thread {
    std::string reference;
    WallNs begun_ns;
  };
  void load();
  void keep();
  void drop_old();

  Disk& disk_;
  Clock& clock_;
  const std::string path_;
  bool is_loaded_ = false;
  std::map<std::string, Thread> threads_;  // By digest.
};

}  // namespace tt::portals
