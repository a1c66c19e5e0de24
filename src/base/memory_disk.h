// MemoryDisk: a Disk in memory that forgets unsynced bytes at a crash; for tests and simulations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/random.h"

namespace tt {

struct MemoryNode;

/// Strict where POSIX leaves room, so that code which passes here does not live on luck:
/// - bytes survive a crash only after datasync() of their file; a new file, a rename and a removal
///   only after sync_directory() of their folder (folders made by create_directories are durable);
/// - a failed datasync() forgets what it could not write: later calls succeed without it, as on
/// Linux;
/// - a write that runs out of space writes what fits;
/// - files opened before crash() answer kStopped after it; their locks are gone.
/// Paths are compared as texts, without a trailing slash; "/" and "." exist. Thread safe.
class MemoryDisk final : public Disk {
 public:
  enum class Op : unsigned char {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kTruncate,
    kAllocate,
    kCreateDirectories,
    kList,
    kRename,
    kRemove,
    kSyncDirectory,
  };
  static constexpr std::size_t kOps = 11;

  MemoryDisk();
  ~MemoryDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override;
  Status create_directories(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  bool exists(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;

  /// The power goes off and comes back: everything unsynced is lost. With `chance`, each unsynced
  /// sector of 512 bytes and each unsynced folder entry survives or not as it says (torn writes).
  void crash(Random* chance = nullptr);
  /// The process dies, the kernel lives: nothing is lost, but open files and locks are gone.
  void kill();

  /// Growth that is still possible, in bytes; unlimited at first.
  void set_free_bytes(std::uint64_t bytes);
  /// The next call of `op` fails with `error`, after `skip` calls that succeed. One plan an op.
  void fail_next(Op op, Error error, std::uint64_t skip = 0);
  /// Every call of `op` fails until heal().
  void fail_always(Op op, Error error);
  /// Takes back fail_next, fail_always and stop_after.
  void heal();
  /// After `operations` more changes (writes, syncs, truncations, allocations, folder operations)
  /// every change answers kStopped and does nothing, until crash(), kill() or heal(). A test that
  /// counts up from 0 visits every point where the power can go off.
  void stop_after(std::uint64_t operations);
  /// Calls of `op` so far, failed ones included.
  std::uint64_t count(Op op) const;

  /// Current bytes of the file; empty when there is none.
  std::string bytes(const std::string& path) const;
  /// Replaces bytes in place, synced and unsynced, as a broken sector would; extends nothing.
  void damage(const std::string& path, std::uint64_t position, std::string_view bytes);
  void flip_bit(const std::string& path, std::uint64_t bit);
  /// Reads that touch these bytes fail with kCorrupt (EIO) until they are written again.
  void make_unreadable(const std::string& path, std::uint64_t position, std::uint64_t bytes);

  /// The next `times` opens of this file fail as those of a broken disk do (EIO).
  void make_unopenable(const std::string& path, std::uint64_t times);

  /// A disk of its own with the same files, synced and unsynced, without open handles, locks and
  /// planned failures: one history can end in many ways.
  std::unique_ptr<MemoryDisk> copy() const;

 private:
  friend class MemoryFile;
  using Names = std::map<std::string, std::shared_ptr<MemoryNode>>;
  struct Plan {
    std::optional<Error> error;
    std::uint64_t skip = 0;
    bool is_permanent = false;
  };

  Status begin(Op op);
  Status rename_folder(const std::string& from, const std::string& to);
  void move_folder(const std::string& from, const std::string& to);
  void end_handles();
  std::uint64_t grow(std::uint64_t bytes);
  void release_if_gone(const std::shared_ptr<MemoryNode>& node);
  Status check_folder_of(const std::string& path) const;

  mutable std::mutex mutex_;  // Guards everything below and all nodes.
  Names names_;               // As the running system sees them.
  Names synced_names_;        // As they will be after a crash.
  std::set<std::string> folders_;
  std::vector<std::pair<std::string, std::string>> unsynced_folder_renames_;  // From, to; in order.
  std::map<std::string, std::uint64_t> refused_opens_;  // How often yet, by path.
  std::array<Plan, kOps> plans_;
  std::array<std::uint64_t, kOps> counts_{};
  std::optional<std::uint64_t> changes_left_;
  std::uint64_t free_bytes_ = 1ull << 50;
  std::uint64_t life_ = 0;  // Counts crashes and kills; a handle belongs to one life.
};

}  // namespace tt
