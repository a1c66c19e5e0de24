// Disk: every file call of the daemon goes through here, so that fault tests run shipped code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tt {

/// Errors of Disk and File: kRetry when space (ENOSPC, EDQUOT, EFBIG) or descriptors (EMFILE,
/// ENFILE) ran out, which come back; kCorrupt for EIO on a read, kMisconfigured for permissions and
/// what is missing, kStopped for a lock that another process holds, kReject for the rest.
class File {
 public:
  virtual ~File() = default;  ///< Closes.

  /// Reads up to `bytes.size()` at `position`; short only at the end of the file.
  virtual Result<std::size_t> pread(std::span<char> bytes, std::uint64_t position) = 0;
  /// Writes everything at `position` (continues short writes itself) or fails; after a failure the
  /// bytes at and after `position` are undefined.
  virtual Status pwritev(std::span<const iovec> parts, std::uint64_t position) = 0;
  virtual Status datasync() = 0;
  /// Asks the kernel to begin writing the range to the disk; a datasync() later has less to do, and
  /// is the one that tells of errors.
  virtual void begin_writeback(std::uint64_t, std::uint64_t) {}
  virtual Status truncate(std::uint64_t size_bytes) = 0;
  /// Reserves space and extends the file with zeros (fallocate, mode 0).
  virtual Status allocate(std::uint64_t size_bytes) = 0;
  virtual Result<std::uint64_t> size() = 0;
  /// Whether `path` names this file still: it may have been moved and another one made in its
  /// place.
  virtual bool is_at(const std::string& path) = 0;
  /// Takes the exclusive lock of this file without waiting; kStopped when another holder has it.
  virtual Status lock() = 0;

  Status pwrite(std::string_view bytes, std::uint64_t position) {
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    return pwritev({&part, 1}, position);
  }
};

enum class Open : unsigned char {
  kRead,       ///< Must exist.
  kReadWrite,  ///< Must exist.
  kCreate,     ///< Read and write; created empty (mode 0600) when missing.
  kCreateNew,  ///< Read and write; must not exist.
};

struct DiskSpace {
  std::uint64_t free_bytes = 0;  ///< Available to us, without the reserve of root.
  std::uint64_t total_bytes = 0;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

/// Thread safe; a File may be used from several threads for different ranges.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, Open mode) = 0;
  /// Creates the folder and its parents, mode 0700; fine when it is there.
  virtual Status create_directories(const std::string& path) = 0;
  /// Entries without "." and "..", sorted by name.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Makes creations, renames and removals in the folder durable.
  virtual Status sync_directory(const std::string& path) = 0;
  virtual Result<DiskSpace> space(const std::string& path) = 0;
};

/// The kernel's files.
Disk& system_disk();

/// The folder that holds `path`; "." for a name alone.
std::string parent_of(const std::string& path);
/// The whole file, at most `size_bytes_max` (else kReject).
Result<std::string> read_file(Disk& disk, const std::string& path,
                              std::size_t size_bytes_max = 64u << 20);
/// Replaces the file atomically and durably: temporary, sync, rename, sync of the folder.
Status write_file(Disk& disk, const std::string& path, std::string_view bytes);

}  // namespace tt
