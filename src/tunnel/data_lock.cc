// LOCK: an advisory lock with the holder's process id as text.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/data_lock.h"

#include <unistd.h>

#include <string>

#include "base/text.h"

namespace tt::tunnel {
namespace {

std::string process_in(File& file) {
  char text[32];
  const auto got = file.pread(text, 0);
  const std::string_view pid = got.ok() ? trim(std::string_view(text, *got)) : "";
  return pid.empty() ? "?" : std::string(pid);
}

}  // namespace

Result<DataLock> DataLock::take(Disk& disk, const std::string& directory) {
  TT_TRY(auto file, disk.open(directory + "/LOCK", Open::kCreate));
  if (Status locked = file->lock(); !locked.ok()) {
    if (locked.error().code != Code::kStopped) return std::move(locked).error();
    return stopped(directory + " is in use by process " + process_in(*file));
  }
  // Best effort: on a full disk the lock holds all the same.
  if (file->truncate(0).ok()) (void)file->pwrite(std::to_string(::getpid()) + "\n", 0);
  return DataLock(std::move(file));
}

std::string DataLock::holder(Disk& disk, const std::string& directory) {
  auto file = disk.open(directory + "/LOCK", Open::kRead);
  if (!file.ok()) return "";
  const Status locked = (*file)->lock();
  const bool is_held = !locked.ok() && locked.error().code == Code::kStopped;
  return is_held ? process_in(**file) : "";
}

}  // namespace tt::tunnel
