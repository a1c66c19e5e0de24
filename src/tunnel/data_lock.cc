// LOCK: an advisory lock with the holder's process id as text.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/data_lock.h"

#include <unistd.h>

#include <string>

#include "base/text.h"

namespace tt::tunnel {

Result<DataLock> DataLock::take(Disk& disk, const std::string& directory) {
  TT_TRY(auto file, disk.open(directory + "/LOCK", Open::kCreate));
  char text[32];
  if (Status locked = file->lock(); !locked.ok()) {
    if (locked.error().code != Code::kStopped) return std::move(locked).error();
    const auto got = file->pread(text, 0);
    const std::string_view pid = got.ok() ? trim(std::string_view(text, *got)) : "";
    return stopped(directory + " is in use by process " + (pid.empty() ? "?" : std::string(pid)));
  }
  // Best effort: on a full disk the lock holds all the same.
  if (file->truncate(0).ok()) (void)file->pwrite(std::to_string(::getpid()) + "\n", 0);
  return DataLock(std::move(file));
}

}  // namespace tt::tunnel
