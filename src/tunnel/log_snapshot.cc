// One segment at a time, opened by name; its header tells whether it is still what it was.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/log_snapshot.h"

#include <algorithm>

#include "event/writer.h"
#include "tunnel/event_reader.h"
#include "tunnel/group_batch.h"

namespace tt::tunnel {
namespace {

Result<std::string> read_header_bytes(File& file) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  TT_TRY(const std::size_t got, file.pread(bytes, 0));
  bytes.resize(got);
  return bytes;
}

/// FORMAT, or what the oldest readable segment remembers of it.
Result<LogIdentity> find_identity(Disk& disk, const std::string& directory,
                                  const std::vector<Seq>& bases) {
  auto identity = read_format(disk, directory);
  if (identity.ok() || identity.error().code != Code::kCorrupt) return identity;
  for (const Seq base : bases) {
    const auto header = read_segment_header(disk, directory + "/tunnel/" + segment_name(base));
    if (header.ok()) return header->identity;
  }
  return identity;
}

}  // namespace

Result<std::shared_ptr<const LogSnapshot>> LogSnapshot::open(Disk& disk, std::string directory) {
  const std::string folder = directory + "/tunnel";
  if (!disk.exists(folder)) return reject(directory + " holds no tunnel");
  TT_TRY(auto bases, list_segments(disk, folder));
  auto identity = find_identity(disk, directory, bases);
  if (!identity.ok()) return std::move(identity).error().with(directory);
  return std::shared_ptr<const LogSnapshot>(
      new LogSnapshot(disk, folder, *identity, std::move(bases)));
}

/// The segment that is read now.
struct SnapshotScan::Current {
  SharedSegment segment;
  std::string header;  ///< Its bytes as they were: they are never written again in one life.
  std::optional<RecordScanner> scanner;
  std::optional<std::uint64_t> read_again_at;

  Current(SharedSegment opened, std::string header_bytes)
      : segment(std::move(opened)), header(std::move(header_bytes)) {
    scan_from(kRecordsBegin, segment->header.base_seq);
  }
  void scan_from(std::uint64_t position, Seq expected) {
    scanner.emplace(*segment->file, segment->seed, position, segment->file_bytes.load(), expected);
  }
  bool is_recycled() const {
    const auto now = read_header_bytes(*segment->file);
    return now.ok() && *now != header;
  }
};

SnapshotScan::SnapshotScan(std::shared_ptr<const LogSnapshot> snapshot, SnapshotRange range)
    : snapshot_(std::move(snapshot)), range_(range) {
  find_start();
}
SnapshotScan::~SnapshotScan() = default;

// Back from the newest: the range is rather at the end than at the beginning of a long log.
void SnapshotScan::find_start() {
  const std::vector<Seq>& bases = snapshot_->bases_;
  if (bases.empty()) return;
  for (first_ = bases.size() - 1; first_ > 0; --first_) {
    if (bases[first_] <= range_.from) break;
    if (range_.since_ns == SnapshotRange().since_ns) continue;
    const auto header = read_segment_header(snapshot_->disk_,
                                            snapshot_->folder_ + "/" + segment_name(bases[first_]));
    // It was made after the last event of the segment before was received.
    if (header.ok() && header->created_ns < range_.since_ns) break;
  }
  at_ = first_;
  expected_ = std::max(range_.from, bases[first_]);
}

// Opens the next segment that is still there; false when there is none.
Result<bool> SnapshotScan::enter() {
  for (; at_ < snapshot_->bases_.size(); ++at_) {
    const Seq base = snapshot_->bases_[at_];
    const std::string path = snapshot_->folder_ + "/" + segment_name(base);
    bool is_damaged = false;
    auto segment = open_segment(snapshot_->disk_, snapshot_->folder_, base, "tunnel",
                                snapshot_->identity_, &is_damaged, Open::kRead);
    if (!segment.ok() && snapshot_->disk_.exists(path)) return std::move(segment).error();
    auto header = segment.ok() ? read_header_bytes(*(*segment)->file) : std::string();
    // A header of another segment under this name: given away between the listing and now.
    if (!segment.ok() || (is_damaged && !snapshot_->disk_.exists(path))) {
      is_overtaken_ = true;
      continue;
    }
    const SegmentHeader& found = (*segment)->header;
    const Seq end_before = is_damaged ? base : std::min(found.prev_end_seq, base);
    current_ = std::make_unique<Current>(*std::move(segment), header.ok() ? *header : "");
    lose(expected_, end_before, "the end of a segment");
    if (is_damaged) damage(expected_, expected_, 0);
    expected_ = std::max(expected_, base);
    is_overtaken_ = false;
    return true;
  }
  if (is_overtaken_) count_unread_end();
  return false;
}

// Everything to the end of the snapshot was recycled: what came after it remembers where it ended.
void SnapshotScan::count_unread_end() {
  const auto bases = list_segments(snapshot_->disk_, snapshot_->folder_);
  if (!bases.ok()) return;
  const auto after = std::upper_bound(bases->begin(), bases->end(), snapshot_->bases_.back());
  if (after == bases->end()) return;
  lose(expected_, *after, "the end of the log");
  expected_ = std::max(expected_, *after);
}

void SnapshotScan::leave(bool is_whole) {
  is_overtaken_ = !is_whole && current_->is_recycled();
  current_.reset();
  ++at_;
}

void SnapshotScan::lose(Seq first, Seq next, std::string_view where) {
  first = std::max(first, range_.from);
  if (next <= first) return;
  if (is_overtaken_) {
    losses_.recycled_events += next - first;
    return;
  }
  losses_.damaged_events += next - first;
  if (losses_.damages++ == 0) losses_.first_damage = where;
}

void SnapshotScan::damage(Seq first, Seq next, std::uint64_t position) {
  const std::string where =
      segment_name(current_->segment->header.base_seq) + " at byte " + std::to_string(position);
  if (first < next || is_overtaken_) return lose(first, next, where);
  if (losses_.damages++ == 0) losses_.first_damage = where;
}

// True when the scan went back to look again, because a record may just be on its way to the file.
Result<bool> SnapshotScan::take_damages() {
  const auto damages = current_->scanner->take_damages();
  if (damages.empty()) return false;
  const bool may_grow = at_ + 1 == snapshot_->bases_.size();
  if (may_grow && current_->read_again_at != damages.front().begin) {
    current_->read_again_at = damages.front().begin;
    current_->scan_from(damages.front().begin, expected_);
    return true;
  }
  is_overtaken_ = current_->is_recycled();
  for (const Damage& one : damages) damage(one.first, one.next, one.begin);
  is_overtaken_ = false;
  return false;
}

Result<std::optional<Record>> SnapshotScan::next_record() {
  while (true) {
    if (!current_) {
      TT_TRY(const bool has_entered, enter());
      if (!has_entered) return std::optional<Record>();
    }
    TT_TRY(auto record, current_->scanner->next());
    TT_TRY(const bool reads_again, take_damages());
    if (reads_again) continue;
    if (record) expected_ = std::max(expected_, current_->scanner->expected());
    if (record && record->frame.type != RecordType::kSeal) return record;
    leave(record.has_value());
  }
}

Result<SharedStored> SnapshotScan::next(std::size_t bytes_max) {
  auto batch = std::make_shared<ReadBatch>();
  batch->first = expected_;
  while (batch->texts().text_bytes() < bytes_max) {
    TT_TRY(const auto record, next_record());
    if (!record) break;
    const Frame& frame = record->frame;
    if (frame.type != RecordType::kEvent || frame.seq < range_.from) continue;
    if (frame.time_ns < range_.since_ns) continue;
    if (frame.time_ns >= range_.until_ns || frame.seq >= range_.until) {
      // Times never go back: the rest is later still.
      current_.reset();
      at_ = snapshot_->bases_.size();
      is_overtaken_ = false;
      break;
    }
    const auto body = parse_event_body(record->body);
    if (body && event::index_canonical(body->json, batch->texts()).ok())
      batch->add(frame.seq, frame.time_ns, body->entry, body->key);
    else
      damage(frame.seq, frame.seq + 1, record->position);
  }
  if (batch->size() == 0) return SharedStored();
  batch->next = expected_;
  batch->finish();
  return SharedStored(std::move(batch));
}

double SnapshotScan::progress() const {
  const auto all = static_cast<double>(snapshot_->bases_.size() - first_);
  double done = static_cast<double>(at_ - first_);
  if (current_)
    done += static_cast<double>(current_->scanner->position()) /
            static_cast<double>(std::max<std::uint64_t>(current_->segment->file_bytes, 1));
  return all > 0 ? std::min(done / all, 1.0) : 1.0;
}

}  // namespace tt::tunnel
