// Fsck: what a data folder holds and what is wrong with it, also beside a running daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "tunnel/disk_tunnel.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

enum class DamageKind : std::uint8_t {
  kFormat,      ///< FORMAT is missing or not whole; segments remember it.
  kHeader,      ///< Of a segment; made again from its name.
  kRot,         ///< Bytes that were durable once.
  kUncertain,   ///< Of the last group before a crash; perhaps never acknowledged.
  kMissing,     ///< A segment, or the end of one, is not there.
  kUnreadable,  ///< The disk refuses the file, or the end of the log.
  kCursors,     ///< A cursor file; the other one decides.
  kLetters,     ///< Bytes of a dead letter file; which letter is not known.
};
std::string_view to_string(DamageKind kind);  ///< "format", "header", "rot" ...

/// One damaged stretch. Lost are at most [first, next); nothing when they are equal.
struct FoundDamage {
  DamageKind kind = DamageKind::kRot;
  std::string file;  ///< Below the data folder: "tunnel/00000000000000000001.seg".
  std::uint64_t begin = 0, end = 0;
  Seq first = 0, next = 0;
  bool is_recorded = false;  ///< A gap record names the lost seqs: exits are told.

  bool takes_events() const { return first < next; }
};

struct SegmentReport {
  std::string file;
  std::uint64_t number = 0;  ///< Counts the segments of the log; 0: the header is damaged.
  std::uint64_t records = 0, events = 0;
  Seq first_seq = 0, last_seq = 0;   ///< Of events; 0: none.
  WallNs first_ns = 0, last_ns = 0;  ///< When they were received.
  std::uint64_t used_bytes = 0, file_bytes = 0;
  bool is_sealed = false;
  std::uint64_t torn_bytes = 0;  ///< Behind the last record: a write that a crash has cut.
  std::size_t damages = 0;
};

struct CursorReport {
  std::string exit;
  Seq low = 0;            ///< Everything below is decided.
  Seq start = 0;          ///< Where it began; 0: not known.
  std::uint64_t lag = 0;  ///< Stored events that are not decided.
};

struct CursorFileReport {
  std::string file;
  std::string state;  ///< "good", "empty" (not used yet), "damaged" or "missing".
  std::uint64_t generation = 0;
  bool is_used = false;  ///< A start would believe this one.
};

struct SideReport {
  std::string exit;  ///< Dead letters: whose. Attempts: empty.
  std::uint64_t records = 0, bytes = 0, damages = 0;
  std::uint64_t kept = 0;  ///< Letters that were not removed; attempts.
};

struct FolderTotals {
  std::uint64_t files = 0, bytes = 0;
};

struct FsckReport {
  std::string log_id;
  std::string format = "good";  ///< "good", "damaged" or "missing".
  std::string holder;           ///< Process id of the daemon that runs here; empty: none.
  bool was_clean = false;       ///< The log ends with the mark of a clean stop.
  Seq next_seq = 1;             ///< One past the last record.
  std::vector<SegmentReport> segments;
  std::vector<Gap> gaps;  ///< Lost seqs on record.
  std::array<CursorFileReport, 2> cursor_files;
  std::vector<CursorReport> cursors;
  std::vector<SideReport> dead;
  SideReport attempts;
  FolderTotals spares, quarantine, generations;
  std::vector<FoundDamage> damages;

  std::uint64_t events() const;
  std::uint64_t torn_bytes() const;
  /// Seqs that damage has taken, at most; `only_new`: those that no gap record names yet.
  std::uint64_t lost_events(bool only_new = false) const;
  /// A start (or repair) would change more than it does after a clean stop.
  bool can_be_repaired() const;
};

/// Called now and then with how far the check is, from 0 to 1.
using FsckProgress = std::function<void(double done)>;

/// Reads everything and checks every record; takes no lock and writes nothing. Segments that a
/// daemon gives up meanwhile are left out. Errors: kReject when the folder holds no tunnel,
/// kMisconfigured for a newer format or no permission, kCorrupt when neither FORMAT nor any segment
/// says whose log it is. Damage is never an error.
Result<FsckReport> check_folder(Disk& disk, const std::string& directory,
                                const FsckProgress& progress = {});

struct FsckRepair {
  FsckReport before, after;
  std::vector<std::string> done;  ///< What has changed, a sentence each.
  /// Events that were readable before and are not now: never more than 0, or this is a bug.
  std::uint64_t events_gone = 0;
};

/// Does what a start of the daemon does, reads everything once so that each loss goes on record,
/// and stops cleanly. kStopped, naming the process, while a daemon runs there; else as
/// check_folder.
Result<FsckRepair> repair_folder(const DiskTunnelOptions& options, Seams seams,
                                 const FsckProgress& progress = {});

}  // namespace tt::tunnel
