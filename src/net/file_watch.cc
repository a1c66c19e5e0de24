// One inotify descriptor for all folders, and an eventfd for other threads.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdint>

namespace tt::net {
namespace {

constexpr std::uint32_t kNameEvents =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr int kGatherMs = 5;

}  // namespace

FileWatch::FileWatch()
    : notify_fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

FileWatch::~FileWatch() {
  if (notify_fd_ >= 0) ::close(notify_fd_);
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

bool FileWatch::add(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  if (watches_.contains(folder)) return true;
  if (notify_fd_ < 0 || watches_.size() >= kFoldersMax) return false;
  const int watch =
      ::inotify_add_watch(notify_fd_, folder.c_str(), IN_MODIFY | kNameEvents | IN_ONLYDIR);
  if (watch < 0) return false;
  // Two names of one folder have one watch, which tells by the name that came first.
  folders_.emplace(watch, folder);
  watches_.emplace(folder, watch);
  return true;
}

FileWatch::Changes FileWatch::wait(int timeout_ms) {
  std::array<pollfd, 2> ready{{{wake_fd_, POLLIN, 0}, {notify_fd_, POLLIN, 0}}};
  Changes changes;
  if (::poll(ready.data(), ready.size(), timeout_ms) > 0) {
    if (timeout_ms != 0 && ready[1].revents && !ready[0].revents)
      ::poll(ready.data(), 1, kGatherMs);
    if (ready[0].revents) {
      std::uint64_t count = 0;
      (void)!::read(wake_fd_, &count, sizeof count);
    }
    read_changes(changes);
  }
  return changes;
}

void FileWatch::read_changes(Changes& changes) {
  if (notify_fd_ < 0) return;
  const std::lock_guard lock(mutex_);
  alignas(inotify_event) std::array<char, (64u << 10)> buffer;
  for (;;) {
    const ssize_t n = ::read(notify_fd_, buffer.data(), buffer.size());
    if (n <= 0) return;
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      changes.has_moved |= (event->mask & (kNameEvents | IN_Q_OVERFLOW)) != 0;
      const auto folder = folders_.find(event->wd);
      if (folder == folders_.end()) continue;
      if ((event->mask & IN_MODIFY) && event->len > 0)
        changes.written.insert(folder->second + "/" + event->name);
      if (event->mask & (IN_IGNORED | IN_MOVE_SELF)) {
        if (event->mask & IN_MOVE_SELF) ::inotify_rm_watch(notify_fd_, event->wd);
        std::erase_if(watches_, [&](const auto& one) { return one.second == event->wd; });
        folders_.erase(folder);
      }
    }
  }
}

void FileWatch::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

}  // namespace tt::net
