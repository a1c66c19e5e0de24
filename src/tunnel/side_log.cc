// Record files that grow: opening, appending, dropping.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/side_log.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace tt::tunnel {
namespace {

constexpr std::uint64_t kUnreadableSeqs = 1u << 20;  // More than a file can hold.

}  // namespace

SideLog::SideLog(Disk& disk, Clock& clock, const LogIdentity& identity, Options options)
    : disk_(disk), clock_(clock), identity_(identity), options_(std::move(options)) {}

Status SideLog::open(const Visit& visit) {
  if (!disk_.exists(options_.folder)) return {};
  TT_TRY(const auto bases, list_segments(disk_, options_.folder));
  for (const std::uint64_t base : bases) {
    auto file = open_segment(disk_, options_.folder, base, options_.kind, identity_);
    if (!file.ok()) {
      if (file.error().code != Code::kReject) return std::move(file).error();
      // The disk refuses it. Its numbers are not given again: it may be readable one day.
      log::error("cannot open a file of records; what it holds is missing",
                 {{"folder", options_.folder}, {"error", file.error().text}});
      next_seq_ = std::max(next_seq_, base + kUnreadableSeqs);
      ++damaged_;
      continue;
    }
    (*file)->end.store((*file)->file_bytes.load());
    files_.push_back(*std::move(file));
  }
  for (const SharedSegment& file : files_) {
    next_seq_ = std::max(next_seq_, file->header.base_seq);
    const bool is_last = file == files_.back();
    if (!visit && !is_last) continue;
    std::uint64_t end = kRecordsBegin;
    std::vector<Damage> damages;
    const Status scanned = scan(
        file,
        [&](const Record& record, const SharedSegment& from) {
          end = record.position + record_bytes(record.frame.body_bytes);
          next_seq_ = std::max(next_seq_, record.frame.seq + 1);
          prev_header_crc_ = flushed_header_crc_ = record.frame.header_crc;
          if (visit) visit(record, from);
        },
        &damages);
    if (!scanned.ok()) return scanned;
    if (!damages.empty()) {
      damaged_ += damages.size();
      log::warning("records are damaged", {{"file", file->path}, {"stretches", damages.size()}});
    }
    if (is_last) {
      // The next record goes over whatever a crash left behind the last good one.
      file->end.store(end);
      synced_ = end;
    }
  }
  // Who made the newest file may have died before its name was durable.
  return files_.empty() ? Status() : disk_.sync_directory(options_.folder);
}

Status SideLog::next_file(std::uint64_t seq) {
  TT_CHECK(flush());
  TT_CHECK(disk_.create_directories(options_.folder));
  // A new folder must not be forgotten while its files are kept.
  const std::string parent = options_.folder.substr(0, options_.folder.rfind('/'));
  TT_CHECK(disk_.sync_directory(parent));
  SegmentHeader header{.identity = identity_,
                       .base_seq = seq,
                       .number = files_.empty() ? 1 : files_.back()->header.number + 1,
                       .created_ns = clock_.wall_ns(),
                       .prev_end_seq = seq,
                       .prev_header_crc = prev_header_crc_,
                       .salt = identity_.salt(options_.kind, seq)};
  const std::string path = options_.folder + "/" + segment_name(seq);
  TT_TRY(auto file, disk_.open(path, Open::kCreate));
  std::string block = encode_segment_header(header);
  block.resize(kRecordsBegin, '\0');
  Status written = file->truncate(0);
  if (written.ok()) written = file->pwrite(block, 0);
  if (written.ok()) written = file->datasync();
  if (written.ok()) written = disk_.sync_directory(options_.folder);
  if (!written.ok()) {
    (void)disk_.remove(path);
    return written;
  }
  files_.push_back(std::make_shared<Segment>(std::move(file), path, header, kRecordsBegin));
  synced_ = kRecordsBegin;
  return {};
}

Result<SideLog::Place> SideLog::append(RecordType type, std::uint64_t seq, std::string_view body) {
  if (!failed_.ok()) return failed_.error();
  const std::uint64_t bytes = record_bytes(body.size());
  const auto used = [this] { return files_.back()->end.load() + buffer_.size(); };
  if (files_.empty() || (used() > kRecordsBegin && used() + bytes > options_.file_bytes &&
                         seq > files_.back()->header.base_seq)) {
    if (Status made = next_file(seq); !made.ok()) {
      if (made.error().code == Code::kReject) failed_ = made;
      return std::move(made).error();
    }
  }
  const Place place{files_.back(), used()};
  const std::size_t at = buffer_.size();
  buffer_.resize(at + bytes, '\0');
  std::memcpy(buffer_.data() + at + kFrameBytes, body.data(), body.size());
  prev_header_crc_ = encode_frame(buffer_.data() + at,
                                  {.body_bytes = static_cast<std::uint32_t>(body.size()),
                                   .type = type,
                                   .seq = seq,
                                   .synced_upto = synced_,
                                   .time_ns = clock_.wall_ns(),
                                   .prev_header_crc = prev_header_crc_,
                                   .body_crc = crc32c(body)},
                                  place.file->seed, place.position);
  next_seq_ = std::max(next_seq_, seq + 1);
  return place;
}

Status SideLog::flush() {
  if (buffer_.empty()) return {};
  Segment& file = *files_.back();
  const std::string bytes = std::exchange(buffer_, {});
  if (Status written = file.file->pwrite(bytes, file.end.load()); !written.ok()) {
    prev_header_crc_ = flushed_header_crc_;
    const Status undone = file.file->truncate(file.end.load());
    // Only want of space is something to wait for, and only when nothing half written is left.
    if (written.error().code != Code::kRetry || !undone.ok())
      failed_ = reject(written.error().text);
    return failed_.ok() ? written : failed_;
  }
  flushed_header_crc_ = prev_header_crc_;
  file.end.fetch_add(bytes.size());
  file.file_bytes.store(std::max(file.file_bytes.load(), file.end.load()));
  return {};
}

Status SideLog::sync() {
  TT_CHECK(failed_);
  TT_CHECK(flush());
  if (files_.empty() || synced_ == files_.back()->end.load()) return {};
  if (Status synced = files_.back()->file->datasync(); !synced.ok()) {
    // A second try would succeed without the bytes of the first.
    failed_ = reject(synced.error().text);
    return failed_;
  }
  synced_ = files_.back()->end.load();
  return {};
}

Status SideLog::scan(const SharedSegment& file, const Visit& visit, std::vector<Damage>* damages) {
  RecordScanner scanner(*file->file, file->seed, kRecordsBegin, file->end.load(), 0);
  while (true) {
    TT_TRY(const auto record, scanner.next());
    if (!record) break;
    visit(*record, file);
  }
  if (!damages) return {};
  *damages = scanner.take_damages();
  // Numbers may jump here: they are those of events, of which some were never tried.
  std::erase_if(*damages, [](const Damage& damage) { return damage.begin == damage.end; });
  return {};
}

Result<std::string> SideLog::read(const Place& place) {
  RecordScanner scanner(*place.file->file, place.file->seed, place.position, place.file->end.load(),
                        0);
  TT_TRY(const auto record, scanner.next());
  if (!record || record->position != place.position) return corrupt("a record is damaged");
  return std::string(record->body);
}

Status SideLog::drop_front() {
  if (files_.size() < 2) return {};
  TT_CHECK(disk_.remove(files_.front()->path));
  TT_CHECK(disk_.sync_directory(options_.folder));
  files_.erase(files_.begin());
  return {};
}

std::uint64_t SideLog::bytes() const {
  std::uint64_t sum = buffer_.size();
  for (const SharedSegment& file : files_) sum += file->end.load();
  return sum;
}

std::string folder_name(std::string_view name) {
  std::string folder = percent_encode(name);
  if (folder.starts_with('.')) folder.replace(0, 1, "%2E");
  return folder;
}

std::string name_of_folder(std::string_view folder) {
  return percent_decode(folder).value_or(std::string(folder));
}

}  // namespace tt::tunnel
