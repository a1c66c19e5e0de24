// Spares: written, found again, used, and given back.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/segment_pool.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/planted.h"
#include "base/text.h"
#include "tunnel/record_format.h"

namespace tt::tunnel {
namespace {

constexpr std::string_view kPrefix = "spare.";
constexpr std::string_view kUnfinished = ".new";
constexpr std::size_t kZerosBytes = 1u << 20;
// Syncing in steps keeps the write-back of zeros from delaying the committer's syncs.
constexpr std::uint64_t kSyncBytes = 8u << 20;

}  // namespace

SegmentPool::SegmentPool(Disk& disk, Spawner& spawner, std::string folder,
                         std::uint64_t segment_bytes)
    : disk_(disk),
      folder_(std::move(folder)),
      segment_bytes_(segment_bytes),
      wake_(spawner.condition()) {
  thread_ = spawner.spawn("tt-spares", [this] { run(); });
}

SegmentPool::~SegmentPool() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_->notify_all();
  thread_.reset();
}

// A rename that the power interrupted may have left two names of one file: the one that is part of
// the log counts.
bool SegmentPool::is_in_use(const std::string& path) {
  auto file = disk_.open(path, Open::kRead);
  char bytes[kSegmentHeaderBytes];
  if (!file.ok()) return true;
  const auto got = (*file)->pread(bytes, 0);
  if (!got.ok()) return true;
  const std::string_view head(bytes, *got);
  const auto header = decode_segment_header(head);
  if (header.ok()) return disk_.exists(folder_ + "/" + segment_name(header->base_seq));
  // Zeros were never a segment. A damaged header may be one: its name here goes, its bytes stay.
  return head.find_first_not_of('\0') != std::string_view::npos;
}

Status SegmentPool::adopt() {
  TT_TRY(const auto entries, disk_.list(folder_));
  const std::lock_guard lock(mutex_);
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.starts_with(kPrefix)) continue;
    const std::string path = folder_ + "/" + entry.name;
    const auto number = parse_u64(std::string_view(entry.name).substr(kPrefix.size()));
    if (!number || spares_.size() >= kSparesMax || is_in_use(path)) {
      TT_CHECK(disk_.remove(path));
      continue;
    }
    last_spare_ = std::max(last_spare_, *number);
    spares_.push_back(path);
  }
  return {};
}

bool SegmentPool::give_up_spare() {
  const std::lock_guard lock(mutex_);
  if (spares_.empty()) return false;
  const std::string path = std::move(spares_.back());
  spares_.pop_back();
  return disk_.remove(path).ok();
}

void SegmentPool::want_spare() {
  {
    const std::lock_guard lock(mutex_);
    if (!spares_.empty() || is_wanted_) return;
    is_wanted_ = true;
  }
  wake_->notify_all();
}

void SegmentPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_->wait(lock, [this] { return is_wanted_ || is_stopping_; });
    if (is_stopping_) return;
    lock.unlock();
    make_spare();
    lock.lock();
    is_wanted_ = false;
  }
}

std::string SegmentPool::new_spare_path() {
  const std::lock_guard lock(mutex_);
  return folder_ + "/" + std::string(kPrefix) + std::to_string(++last_spare_);
}

void SegmentPool::make_spare() {
  {
    const std::lock_guard lock(mutex_);
    if (!spares_.empty()) return;
  }
  // Zeros must not take the space that the log itself will ask for.
  const auto space = disk_.space(folder_);
  if (space.ok() && space->free_bytes < 3 * segment_bytes_) return;
  const std::string path = new_spare_path();
  const std::string unfinished = path + std::string(kUnfinished);
  Status made = write_zeros(unfinished);
  if (made.ok()) made = disk_.rename(unfinished, path);
  if (!made.ok()) {
    // Without a spare the log goes on, slower; a full disk is noticed where it matters.
    log::debug("cannot write a spare segment", {{"error", made.error().text}});
    (void)disk_.remove(unfinished);
    return;
  }
  const std::lock_guard lock(mutex_);
  spares_.push_back(path);
}

Status SegmentPool::write_zeros(const std::string& path) {
  TT_TRY(auto file, disk_.open(path, Open::kCreate));
  const std::string zeros(kZerosBytes, '\0');
  for (std::uint64_t done = 0; done < segment_bytes_;) {
    const auto step =
        static_cast<std::size_t>(std::min<std::uint64_t>(kZerosBytes, segment_bytes_ - done));
    TT_CHECK(file->pwrite(std::string_view(zeros).substr(0, step), done));
    done += step;
    if (done % kSyncBytes == 0 || done == segment_bytes_) TT_CHECK(file->datasync());
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return stopped();
  }
  return {};
}

Result<std::unique_ptr<File>> SegmentPool::make_file(const std::string& path) {
  TT_TRY(auto file, disk_.open(path, Open::kCreate));
  TT_CHECK(file->allocate(segment_bytes_));
  return file;
}

Result<SharedSegment> SegmentPool::create(const SegmentHeader& header) {
  std::string from;
  {
    const std::lock_guard lock(mutex_);
    if (!spares_.empty()) {
      from = spares_.back();
      spares_.pop_back();
    }
  }
  const bool is_spare = !from.empty();
  if (!is_spare) from = new_spare_path() + std::string(kUnfinished);
  const std::string path = folder_ + "/" + segment_name(header.base_seq);
  // A rename would replace it, whatever it holds.
  if (disk_.exists(path)) return reject(path + " exists already");
  auto made = make_segment(from, is_spare, path, header);
  if (!made.ok()) (void)disk_.remove(from);  // Half made; nothing was ever stored in it.
  TT_TRY(auto segment, std::move(made));
  if (planted("no-directory-sync")) return segment;
  // Final like any failed sync, even for want of space: the next one could succeed without it.
  if (Status synced = disk_.sync_directory(folder_); !synced.ok()) {
    return reject(synced.error().text);
  }
  return segment;
}

Result<SharedSegment> SegmentPool::make_segment(const std::string& from, bool is_spare,
                                                const std::string& path,
                                                const SegmentHeader& header) {
  TT_TRY(auto file, is_spare ? disk_.open(from, Open::kReadWrite) : make_file(from));
  // The whole block, so that nothing of an earlier life stands beside the header.
  std::string block = encode_segment_header(header);
  block.resize(kRecordsBegin, '\0');
  TT_CHECK(file->pwrite(block, 0));
  TT_CHECK(file->datasync());
  TT_TRY(const std::uint64_t size, file->size());
  TT_CHECK(disk_.rename(from, path));
  return std::make_shared<Segment>(std::move(file), path, header, size);
}

Status SegmentPool::retire(SharedSegment segment) {
  std::string spare;
  {
    const std::lock_guard lock(mutex_);
    // Odd sizes come from other settings or from single requests larger than a segment.
    if (spares_.size() < kSparesMax && segment.use_count() == 1 &&
        segment->file_bytes.load() == segment_bytes_) {
      spare = folder_ + "/" + std::string(kPrefix) + std::to_string(++last_spare_);
    }
  }
  if (spare.empty()) {
    TT_CHECK(disk_.remove(segment->path));
    return disk_.sync_directory(folder_);
  }
  TT_CHECK(disk_.rename(segment->path, spare));
  TT_CHECK(disk_.sync_directory(folder_));
  const std::lock_guard lock(mutex_);
  spares_.push_back(spare);
  return {};
}

std::uint64_t SegmentPool::spare_bytes() const {
  const std::lock_guard lock(mutex_);
  return spares_.size() * segment_bytes_;
}

}  // namespace tt::tunnel
