// FileWatch: says which files of some folders changed, as soon as the kernel tells (inotify(7)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

namespace tt::net {

/// A help, not a promise: where the kernel has no watch left, and on file systems of other
/// machines, nothing is told, so who waits looks for himself now and then. One thread waits; the
/// rest may be called by any.
class FileWatch {
 public:
  static constexpr std::size_t kFoldersMax = 1'000;

  struct Changes {
    std::set<std::string> written;  ///< Paths as folder, slash, name.
    bool has_moved = false;         ///< Names came or went, or more happened than could be told.
  };

  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Not the folders in it. False when it cannot be watched. Cheap when it is watched already.
  bool add(const std::string& folder);
  /// Until something changed, wake() was called, or the time is over. What comes within some
  /// milliseconds is told together (unless there is no time): a busy writer costs no more than
  /// that.
  Changes wait(int timeout_ms);
  void wake();

 private:
  void read_changes(Changes& changes);

  int notify_fd_ = -1, wake_fd_ = -1;
  std::mutex mutex_;  // Guards the rest: folders are added while another thread waits.
  std::unordered_map<std::string, int> watches_;  // By folder.
  std::unordered_map<int, std::string> folders_;
};

}  // namespace tt::net
