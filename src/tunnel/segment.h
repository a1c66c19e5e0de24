// Segment: one file of records with a header that names its log, its place and its salt.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/planted.h"
#include "base/result.h"
#include "tunnel/format_file.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

constexpr std::size_t kSegmentHeaderBytes = 128;
/// Records begin here; the header's block is never written again.
constexpr std::uint64_t kRecordsBegin = 4096;

struct SegmentHeader {
  LogIdentity identity;
  std::uint64_t base_seq = 0;  ///< No record of this segment has a lower seq.
  std::uint64_t number = 0;    ///< Counts segments of the log, 1 for the first.
  WallNs created_ns = 0;
  std::uint64_t prev_end_seq = 0;       ///< Next seq at the end of the segment before.
  std::uint64_t prev_end_position = 0;  ///< Bytes of the segment before, up to and with its seal.
  std::uint32_t prev_header_crc = 0;    ///< Of its last record: the chain goes on here.
  std::uint64_t salt = 0;
};

std::string encode_segment_header(const SegmentHeader& header);
/// kCorrupt for damage, kMisconfigured for another format.
Result<SegmentHeader> decode_segment_header(std::string_view bytes);
/// The same for the segment at `path`.
Result<SegmentHeader> read_segment_header(Disk& disk, const std::string& path);

/// `<base_seq:020>.seg`
std::string segment_name(std::uint64_t base_seq);
std::optional<std::uint64_t> parse_segment_name(std::string_view name);
/// The names of all segments of a folder, rising.
Result<std::vector<std::uint64_t>> list_segments(Disk& disk, const std::string& folder);

/// The end of all records, as the next segment or the next record needs it.
struct LogEnd {
  Seq next_seq = 1;
  WallNs last_ns = 0;
  std::uint32_t header_crc = 0;
};

/// One open segment, shared by the writer, readers and retention. The writer alone changes `end`
/// and `is_sealed`; the rest is fixed or locked.
class Segment {
 public:
  Segment(std::unique_ptr<File> file, std::string path, SegmentHeader header,
          std::uint64_t file_bytes)
      : header(header),
        seed(planted("no-salt") ? 0 : seed_of(header.salt)),
        path(std::move(path)),
        file(std::move(file)),
        file_bytes(file_bytes) {}

  const SegmentHeader header;
  const std::uint32_t seed;
  const std::string path;
  const std::unique_ptr<File> file;
  std::atomic<std::uint64_t> file_bytes;
  std::atomic<std::uint64_t> end{kRecordsBegin};  ///< Readers stop here.
  std::atomic<bool> is_sealed{false};

  /// A place where reading may begin: the first record of a stretch of about 1 MiB.
  struct Waypoint {
    Seq seq;
    WallNs time_ns;
    std::uint64_t position;
  };
  /// Offered by the writer and by readers; kept when far enough from the last one.
  void add_waypoint(const Waypoint& waypoint);
  /// The last waypoint at or below `seq`; the beginning when there is none.
  Waypoint before_seq(Seq seq) const;
  /// The last waypoint received before `time_ns`; the beginning when there is none.
  Waypoint before_time(WallNs time_ns) const;
  /// True the first time only: many readers meet the same damage.
  bool report_damage(std::uint64_t position);

 private:
  template <class IsBefore>
  Waypoint last_waypoint(IsBefore is_before) const;

  mutable std::mutex mutex_;
  std::vector<Waypoint> waypoints_;          // Rising in every member.
  std::vector<std::uint64_t> known_damage_;  // Positions.
};
using SharedSegment = std::shared_ptr<Segment>;

/// Opens `<folder>/<base_seq>.seg`. A damaged header is made again from the name and the key.
Result<SharedSegment> open_segment(Disk& disk, const std::string& folder, std::uint64_t base_seq,
                                   std::string_view kind, const LogIdentity& identity,
                                   bool* header_was_damaged = nullptr,
                                   Open mode = Open::kReadWrite);

}  // namespace tt::tunnel
