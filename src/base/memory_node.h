// MemoryNode: the bytes of one file of MemoryDisk, as seen now and as a crash would leave them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"

namespace tt {

/// Not thread safe: MemoryDisk guards it.
struct MemoryNode {
  static constexpr std::uint64_t kSectorBytes = 512;
  struct Range {
    std::uint64_t begin, end;
  };

  std::string now;           ///< As the running system sees it.
  std::string synced;        ///< What a crash would leave.
  std::vector<Range> dirty;  ///< Bytes of `now` that a sync copies; sizes are compared instead.
  std::vector<Range> unreadable;      ///< Broken sectors.
  const void* lock_holder = nullptr;  ///< The File that holds the lock.

  void write(std::string_view bytes, std::uint64_t position) {
    if (bytes.empty()) return;
    if (now.size() < position + bytes.size()) resize(position + bytes.size());
    now.replace(position, bytes.size(), bytes);
    if (!unreadable.empty()) repair(position, position + bytes.size());
    mark(position, position + bytes.size());
  }
  bool is_readable(std::uint64_t begin, std::uint64_t end) const {
    return std::none_of(unreadable.begin(), unreadable.end(),
                        [&](const Range& r) { return r.begin < end && begin < r.end; });
  }
  /// What is written over is readable again.
  void repair(std::uint64_t begin, std::uint64_t end) {
    std::vector<Range> left;
    for (const Range& r : unreadable) {
      if (r.begin < begin) left.push_back({r.begin, std::min(r.end, begin)});
      if (r.end > end) left.push_back({std::max(r.begin, end), r.end});
    }
    unreadable = std::move(left);
  }
  void resize(std::uint64_t size) {
    const std::uint64_t old_size = now.size();
    now.resize(size);
    if (size > old_size) mark(old_size, size);
  }
  void mark(std::uint64_t begin, std::uint64_t end) {
    // Appends extend the last range, which keeps the list short.
    if (!dirty.empty() && begin >= dirty.back().begin && begin <= dirty.back().end) {
      dirty.back().end = std::max(dirty.back().end, end);
    } else {
      dirty.push_back({begin, end});
    }
  }
  void sync() {
    synced.resize(now.size());
    for (const Range& range : dirty) copy(range.begin, range.end);
    dirty.clear();
  }
  void copy(std::uint64_t begin, std::uint64_t end) {
    end = std::min<std::uint64_t>(end, std::min(now.size(), synced.size()));
    if (begin < end) std::memcpy(synced.data() + begin, now.data() + begin, end - begin);
  }
  /// A crash in the middle of write-back: the size and each sector made it, or did not.
  void sync_partly(Random& chance) {
    if (now.size() != synced.size() && chance.below(2)) synced.resize(now.size());
    for (const Range& range : dirty) {
      for (std::uint64_t at = range.begin / kSectorBytes * kSectorBytes; at < range.end;
           at += kSectorBytes) {
        if (chance.below(2)) copy(at, at + kSectorBytes);
      }
    }
  }
};

}  // namespace tt
