// CursorStore: every exit's cursor, durable within 100 ms in two files that take turns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "base/spawner.h"
#include "tunnel/cursor_format.h"
#include "tunnel/format_file.h"
#include "tunnel/settled_set.h"

namespace tt::tunnel {

/// One exit's cursor in memory. Thread safe.
class Cursor {
 public:
  Cursor(std::string exit, Seq low, Seq start)
      : exit_(std::move(exit)), settled_(low), low_(low), start_(start) {}

  Seq low() const { return low_.load(std::memory_order_acquire); }
  /// Where the exit began, or was taken back to; 0: not known.
  Seq start() const { return start_.load(std::memory_order_relaxed); }
  bool contains(Seq seq) const;
  Settled settled() const;
  /// True when something changed.
  bool settle(Seq first, Seq end);
  void rewind(Seq seq);

 private:
  friend class CursorStore;
  CursorState snapshot() const;

  std::string exit_;  // Guarded by the store's mutex: a rename changes it.
  mutable std::mutex mutex_;
  SettledSet settled_;
  std::uint64_t epoch_ = 0;
  std::atomic<Seq> low_;  // Copy of settled_.low().
  std::atomic<Seq> start_;
  std::atomic<bool> has_ranges_{false};
  std::atomic<Seq> durable_low_{0};
  bool is_open_ = false;  // Guarded by the store's mutex, as the next one.
  bool is_dirty_ = false;
};
using SharedCursor = std::shared_ptr<Cursor>;

/// Thread safe. Files are overwritten in place, so moving on needs no space on the disk.
class CursorStore {
 public:
  static constexpr std::int64_t kFlushEveryMs = 100;
  struct Seams {
    Disk& disk;
    Clock& clock;
    Spawner& spawner;
  };
  static Result<std::unique_ptr<CursorStore>> open(const std::string& directory,
                                                   const LogIdentity& identity, Seams seams,
                                                   std::function<void(const Error&)> on_fatal);
  ~CursorStore();

  /// No cursor file was usable: where the exits were is not known.
  bool was_lost() const { return was_lost_; }
  /// A cursor file was damaged: what the other one says may be older.
  bool was_damaged() const { return was_damaged_; }
  /// One past the highest seq any cursor knows.
  Seq seq_max() const;
  /// Lowest durable cursor, or `otherwise` when there are none.
  Seq durable_low(Seq otherwise) const;

  SharedCursor find(std::string_view exit) const;
  /// Durable on return.
  Result<SharedCursor> create(const std::string& exit, Seq low);
  /// False when it is open already.
  bool take(const SharedCursor& cursor);
  void give_back(const SharedCursor& cursor);
  bool is_open(std::string_view exit) const;
  std::vector<std::string> closed() const;  ///< Names of cursors that nobody has open.
  Status remove(std::string_view exit);     ///< Durable on return.
  /// Also of one that is open. Durable on return.
  Status rename(std::string_view from, const std::string& to);

  /// The cursor moved: written kFlushEveryMs later, and behind a write that is under way; the sync
  /// takes what the disk needs.
  void touch(const SharedCursor& cursor);
  /// Everything so far is durable on return.
  Status flush();
  /// Writes what is left and ends the thread.
  Status close();

 private:
  static constexpr std::uint64_t kFileBytes = 1u << 20;
  static constexpr std::uint64_t kReadBytesMax = 256u << 20;  // A foreign size is not trusted.
  CursorStore(Seams seams, std::string directory, std::uint32_t seed,
              std::function<void(const Error&)> on_fatal);
  Status load();
  static Result<std::string> read(File& file, bool& is_unreadable);
  Status start_over();
  void run();
  Status write(CursorFrame frame);
  Status write_snapshot();
  Status ensure_size(File& file, std::uint64_t bytes);
  std::string path(std::size_t index) const {
    return directory_ + (index ? "/cursors.b" : "/cursors.a");
  }

  Seams seams_;
  const std::string directory_;
  const std::uint32_t seed_;
  const std::function<void(const Error&)> on_fatal_;
  bool was_lost_ = false;
  bool was_damaged_ = false;

  mutable std::mutex mutex_;  // Guards the map and the dirty marks. Taken inside io_mutex_.
  const std::unique_ptr<Condition> wake_;
  std::map<std::string, SharedCursor, std::less<>> cursors_;
  std::vector<std::string> removed_;
  bool is_dirty_ = false;
  bool is_closing_ = false;

  std::mutex io_mutex_;  // Guards the files: one writer at a time.
  std::array<std::unique_ptr<File>, 2> files_;
  std::size_t current_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t snapshot_generation_ = 0;
  Status failed_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace tt::tunnel
