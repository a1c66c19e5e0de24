// The lock that keeps two processes out of one data directory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/disk.h"
#include "base/result.h"

namespace tt::tunnel {

/// Holds `<directory>/LOCK` until destroyed. The kernel lets go when the process dies, so a lock
/// file left behind means nothing.
class DataLock {
 public:
  /// kStopped, naming the holder's process id, when another process has the directory.
  static Result<DataLock> take(Disk& disk, const std::string& directory);
  /// Process id (or "?") of who has the directory now; empty when nobody has. Writes nothing, and
  /// holds the lock itself for a moment when it is free.
  static std::string holder(Disk& disk, const std::string& directory);

 private:
  explicit DataLock(std::unique_ptr<File> file) : file_(std::move(file)) {}
  std::unique_ptr<File> file_;
};

}  // namespace tt::tunnel
