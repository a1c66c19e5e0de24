// Segment headers, names, waypoints and opening.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/segment.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "tunnel/record_format.h"

namespace tt::tunnel {
namespace {

constexpr std::string_view kSegmentMagic = "TTSEG1\r\n";
constexpr std::size_t kSegmentCrcAt = kSegmentHeaderBytes - 4;
constexpr std::uint64_t kWaypointBytes = 1u << 20;

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
  std::string out(kSegmentHeaderBytes, '\0');
  char* at = out.data();
  std::memcpy(at, kSegmentMagic.data(), kSegmentMagic.size());
  store(at + 8, kFormatMajor);
  store(at + 10, kFormatMinor);
  store(at + 12, std::uint32_t{0});  // Flags.
  std::memcpy(at + 16, header.identity.uuid.data(), 16);
  std::memcpy(at + 32, header.identity.key.data(), 16);
  store(at + 48, header.base_seq);
  store(at + 56, header.number);
  store(at + 64, header.created_ns);
  store(at + 72, header.prev_end_seq);
  store(at + 80, header.prev_end_position);
  store(at + 88, header.prev_header_crc);
  store(at + 96, header.salt);
  store(at + 104, header.identity.created_ns);
  store(at + kSegmentCrcAt, crc32c({at, kSegmentCrcAt}));
  return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic)) {
    return corrupt("segment header is damaged");
  }
  const char* at = bytes.data();
  if (crc32c({at, kSegmentCrcAt}) != load<std::uint32_t>(at + kSegmentCrcAt)) {
    return corrupt("segment header is damaged");
  }
  if (const auto major = load<std::uint16_t>(at + 8); major != kFormatMajor) {
    return misconfigured("a segment has format " + std::to_string(major) +
                         ", this program knows format " + std::to_string(kFormatMajor) +
                         ": use a newer release");
  }
  SegmentHeader header;
  std::memcpy(header.identity.uuid.data(), at + 16, 16);
  std::memcpy(header.identity.key.data(), at + 32, 16);
  header.base_seq = load<std::uint64_t>(at + 48);
  header.number = load<std::uint64_t>(at + 56);
  header.created_ns = load<std::int64_t>(at + 64);
  header.prev_end_seq = load<std::uint64_t>(at + 72);
  header.prev_end_position = load<std::uint64_t>(at + 80);
  header.prev_header_crc = load<std::uint32_t>(at + 88);
  header.salt = load<std::uint64_t>(at + 96);
  header.identity.created_ns = load<std::int64_t>(at + 104);
  return header;
}

Result<SegmentHeader> read_segment_header(Disk& disk, const std::string& path) {
  TT_TRY(auto file, disk.open(path, Open::kRead));
  char bytes[kSegmentHeaderBytes];
  TT_TRY(const std::size_t got, file->pread(bytes, 0));
  return decode_segment_header({bytes, got});
}

std::string segment_name(std::uint64_t base_seq) { return fmt::format("{:020}.seg", base_seq); }

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != 24 || !name.ends_with(".seg")) return std::nullopt;
  return parse_u64(name.substr(0, 20));
}

Result<std::vector<std::uint64_t>> list_segments(Disk& disk, const std::string& folder) {
  TT_TRY(const auto entries, disk.list(folder));
  std::vector<std::uint64_t> bases;
  for (const DirectoryEntry& entry : entries) {
    if (const auto base = parse_segment_name(entry.name); base && !entry.is_directory) {
      bases.push_back(*base);
    }
  }
  return bases;  // Rising as the names are.
}

void Segment::add_waypoint(const Waypoint& waypoint) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t last = waypoints_.empty() ? kRecordsBegin : waypoints_.back().position;
  if (waypoint.position >= last + kWaypointBytes) waypoints_.push_back(waypoint);
}

template <class IsBefore>
Segment::Waypoint Segment::last_waypoint(IsBefore is_before) const {
  const std::lock_guard lock(mutex_);
  const auto after = std::partition_point(waypoints_.begin(), waypoints_.end(), is_before);
  if (after == waypoints_.begin()) return {header.base_seq, header.created_ns, kRecordsBegin};
  return *std::prev(after);
}

Segment::Waypoint Segment::before_seq(Seq seq) const {
  return last_waypoint([&](const Waypoint& w) { return w.seq <= seq; });
}

Segment::Waypoint Segment::before_time(WallNs time_ns) const {
  return last_waypoint([&](const Waypoint& w) { return w.time_ns < time_ns; });
}

bool Segment::report_damage(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  if (std::find(known_damage_.begin(), known_damage_.end(), position) != known_damage_.end()) {
    return false;
  }
  known_damage_.push_back(position);
  return true;
}

Result<SharedSegment> open_segment(Disk& disk, const std::string& folder, std::uint64_t base_seq,
                                   std::string_view kind, const LogIdentity& identity,
                                   bool* header_was_damaged, Open mode) {
  const std::string path = folder + "/" + segment_name(base_seq);
  TT_TRY(auto file, disk.open(path, mode));
  TT_TRY(const std::uint64_t size, file->size());
  char bytes[kSegmentHeaderBytes];
  auto got = file->pread(bytes, 0);
  if (!got.ok() && got.error().code != Code::kCorrupt) return std::move(got).error();
  auto header = decode_segment_header({bytes, got.ok() ? *got : 0});
  if (!header.ok() && header.error().code == Code::kMisconfigured) {
    return std::move(header).error().with(path);
  }
  // A file under a wrong name was moved by a person; the name is what orders segments.
  const bool is_damaged =
      !header.ok() || header->base_seq != base_seq || header->identity.uuid != identity.uuid;
  if (header_was_damaged) *header_was_damaged = is_damaged;
  SegmentHeader used;
  if (is_damaged) {
    used.identity = identity;
    used.base_seq = base_seq;
    used.prev_end_seq = base_seq;
    used.salt = identity.salt(kind, base_seq);
  } else {
    used = *header;
  }
  return std::make_shared<Segment>(std::move(file), path, used, size);
}

}  // namespace tt::tunnel
