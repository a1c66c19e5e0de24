// NodeDisk: the disk as one life of the process sees it: slow, failing by chance, gone at its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/memory_disk.h"
#include "simulation/scheduler.h"
#include "simulation/trace.h"

namespace tt::simulation {

/// Over a MemoryDisk that outlives it. Syncs take virtual time, so that other threads run, and
/// crashes fall, while one is on its way. After end() nothing reaches the disk any more: what the
/// threads of a dead process still do is as if they did not.
class NodeDisk final : public Disk {
 public:
  struct Faults {
    std::int64_t sync_ns_max = kNsPerMs;  ///< Of one sync.
    std::uint64_t sync_one_in = 0;        ///< Syncs that fail. 0: none.
    std::uint64_t write_one_in = 0;       ///< Writes that fail. 0: none.
  };
  NodeDisk(MemoryDisk& disk, Scheduler& scheduler, Random& random, Trace& trace, Faults faults)
      : disk_(disk), scheduler_(scheduler), random_(random), trace_(trace), faults_(faults) {}

  void end() { has_ended_ = true; }
  /// Faults that were injected.
  std::uint64_t failures() const { return failures_; }
  void heal() { faults_.sync_one_in = faults_.write_one_in = 0; }

  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override;
  Status create_directories(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  bool exists(const std::string& path) override { return disk_.exists(path); }
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override { return disk_.space(path); }

 private:
  class NodeFile;
  Status begin() const { return has_ended_ ? Status(stopped("the process has ended")) : Status(); }
  /// A part of a sync's time passes.
  Status pass();
  bool fails(std::uint64_t one_in, const char* what, const std::string& path);

  MemoryDisk& disk_;
  Scheduler& scheduler_;
  Random& random_;
  Trace& trace_;
  Faults faults_;
  std::uint64_t failures_ = 0;
  bool has_ended_ = false;
};

}  // namespace tt::simulation
