// LogSnapshot: the log of a data folder, read beside a running daemon or without one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "tunnel/format_file.h"
#include "tunnel/record_scanner.h"
#include "tunnel/segment.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Which events a scan gives.
struct SnapshotRange {
  Seq from = 0, until = std::numeric_limits<Seq>::max();
  WallNs since_ns = std::numeric_limits<WallNs>::min();  ///< Received then or later.
  WallNs until_ns = std::numeric_limits<WallNs>::max();  ///< Received before.
};

/// What a scan could not read, so far. Events are at most so many: the seqs that a start after a
/// crash leaves out may be among them.
struct SnapshotLosses {
  std::uint64_t recycled_events = 0;  ///< Their segments were given up while the scan was coming.
  std::uint64_t damaged_events = 0;   ///< Within the range.
  std::uint64_t damages = 0;          ///< Damaged stretches met.
  std::string first_damage;           ///< "00000000000000000001.seg at byte 4096"; or an error.
};

/// The segments that were there when it was opened, read only: no lock, no recovery, nothing is
/// written, at most one file is open, and only while it is read. A daemon may go on appending,
/// recycling and removing. Immutable and thread safe; `disk` outlives it.
class LogSnapshot {
 public:
  /// kReject when the folder holds no tunnel, kMisconfigured for a newer format or no permission.
  static Result<std::shared_ptr<const LogSnapshot>> open(Disk& disk, std::string directory);

  const std::string& log_id() const { return log_id_; }
  const LogIdentity& identity() const { return identity_; }
  const std::vector<Seq>& bases() const { return bases_; }  ///< Names of the segments, rising.

 private:
  friend class SnapshotScan;
  LogSnapshot(Disk& disk, std::string folder, LogIdentity identity, std::vector<Seq> bases)
      : disk_(disk),
        folder_(std::move(folder)),
        identity_(identity),
        log_id_(identity.log_id()),
        bases_(std::move(bases)) {}

  Disk& disk_;
  const std::string folder_;
  const LogIdentity identity_;
  const std::string log_id_;
  const std::vector<Seq> bases_;  // Names of the segments, rising.
};

/// Gives the events of a snapshot in order, oldest first, as they were appended. Ends at the last
/// whole record of the last segment as it is when the scan comes there: what is appended meanwhile
/// may be seen, segments made meanwhile are not. Checks every record; what is damaged is skipped
/// and counted. A segment that the daemon recycles or removes costs the events that were not read
/// yet, and the scan goes on at the next. Not thread safe.
class SnapshotScan final : public Scan {
 public:
  SnapshotScan(std::shared_ptr<const LogSnapshot> snapshot, SnapshotRange range);
  ~SnapshotScan() override;

  /// Null at the end. Errors are of the disk: no descriptors left, no permission.
  Result<SharedStored> next(std::size_t bytes_max) override;

  const SnapshotLosses& losses() const { return losses_; }
  /// How far it is, from 0 to 1, for people who wait.
  double progress() const;

 private:
  struct Current;
  void find_start();
  Result<bool> enter();
  Result<std::optional<Record>> next_record();
  Result<bool> take_damages();
  void leave(bool is_whole);
  void count_unread_end();
  void lose(Seq first, Seq next, std::string_view where);
  void damage(Seq first, Seq next, std::uint64_t position);

  std::shared_ptr<const LogSnapshot> snapshot_;
  const SnapshotRange range_;
  SnapshotLosses losses_;
  std::size_t first_ = 0;      // Index of the segment where the range begins.
  std::size_t at_ = 0;         // Index of the current or next segment.
  Seq expected_ = 0;           // Next seq that is neither given nor counted as lost.
  bool is_overtaken_ = false;  // What is missing from expected_ on was recycled.
  std::unique_ptr<Current> current_;
};

}  // namespace tt::tunnel
