// Appending, healing and rotating.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/file/line_file.h"

#include <array>
#include <utility>

#include "base/log.h"

namespace tt::portals::exit::file {
namespace {

constexpr std::size_t kTailBytes = 64u << 10;
constexpr Compression kForms[] = {Compression::kNone, Compression::kGzip, Compression::kZstd};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status LineFile::append(std::string_view lines) {
  if (file_ && !file_->is_at(path_)) {
    // Moved away by someone else's rotation, which may have made an empty one (`create` of
    // logrotate): what follows belongs into the new one, and what was moved is soon gone.
    TT_CHECK(flush());
    file_.reset();
  }
  if (!file_) TT_CHECK(open());
  // Asked each time: another program may have emptied the file.
  TT_TRY(std::uint64_t size_bytes, file_->size());
  if (is_due(size_bytes, lines.size())) {
    TT_CHECK(rotate());
    size_bytes = 0;
  }
  Status written = file_->pwrite(lines, size_bytes);
  is_unsynced_ = is_unsynced_ || written.ok();
  if (written.ok()) return written;
  if (!file_->truncate(size_bytes)) drop(written.error());  // Healed at the next open.
  return std::move(written).with(path_);
}

Status LineFile::sync() {
  Status flushed = flush();
  Status lost = std::exchange(lost_, Status());
  return lost.ok() ? std::move(flushed) : std::move(lost);
}

Status LineFile::flush() {
  if (!file_ || !is_unsynced_) return {};
  Status synced = file_->datasync();
  if (synced.ok() && !is_listed_) synced = disk_.sync_directory(folder_of(path_));
  if (synced.ok()) {
    is_listed_ = true;
    is_unsynced_ = false;
    return synced;
  }
  synced = std::move(synced).with(path_);
  drop(synced.error());
  return synced;
}

// The kernel may have dropped the pages; only a new handle sees what is really there.
void LineFile::drop(const Error& error) {
  if (is_unsynced_) lost_ = error;
  is_unsynced_ = false;
  file_.reset();
}

Status LineFile::open() {
  const std::string folder = folder_of(path_);
  if (!disk_.exists(folder)) TT_CHECK(disk_.create_directories(folder));
  TT_TRY(file_, disk_.open(path_, Open::kCreate));
  // Also when it was there: who made it may have died before its folder was synced.
  is_listed_ = false;
  period_ = period();
  Status healed = cut_torn_line();
  if (!healed) file_.reset();
  return healed;
}

Status LineFile::cut_torn_line() {
  TT_TRY(const std::uint64_t size_bytes, file_->size());
  std::uint64_t end = size_bytes;
  std::array<char, kTailBytes> tail;
  while (end > 0) {
    const std::uint64_t begin = end > kTailBytes ? end - kTailBytes : 0;
    TT_TRY(const std::size_t count,
           file_->pread({tail.data(), static_cast<std::size_t>(end - begin)}, begin));
    const std::string_view text(tail.data(), count);
    const std::size_t newline = text.rfind('\n');
    if (newline != std::string_view::npos) {
      end = begin + newline + 1;
      break;
    }
    end = begin;
  }
  if (end == size_bytes) return {};
  log::warning("torn last line cut", {{"path", path_}, {"bytes", size_bytes - end}});
  TT_CHECK(file_->truncate(end));
  return file_->datasync();
}

std::int64_t LineFile::period() const {
  return rotation_.every_ns ? clock_.wall_ns() / *rotation_.every_ns : 0;
}

bool LineFile::is_due(std::uint64_t size_bytes, std::size_t more_bytes) const {
  if (size_bytes == 0) return false;
  if (rotation_.bytes && size_bytes + more_bytes > *rotation_.bytes) return true;
  return rotation_.every_ns && period() != period_;
}

Status LineFile::rotate() {
  TT_CHECK(flush());
  file_.reset();
  TT_CHECK(shift());
  TT_CHECK(disk_.sync_directory(folder_of(path_)));
  if (rotation_.keep > 0) {
    // The lines are safe either way: an uncompressed one is shifted along like the others.
    if (Status packed = compress_file(disk_, path_ + ".1", rotation_.compress); !packed)
      log::warning("rotated file not compressed",
                   {{"path", path_}, {"error", packed.error().text}});
  }
  return open();
}

// path.2 -> path.3, path.1 -> path.2, path -> path.1; the oldest goes. Killed in between, the next
// rotation finds a gap and goes on.
Status LineFile::shift() {
  const auto name = [&](int index, Compression form) {
    return path_ + "." + std::to_string(index) + std::string(suffix_of(form));
  };
  if (rotation_.keep <= 0) return disk_.remove(path_);
  for (const Compression form : kForms)
    if (disk_.exists(name(rotation_.keep, form)))
      TT_CHECK(disk_.remove(name(rotation_.keep, form)));
  for (int index = rotation_.keep - 1; index >= 1; --index)
    for (const Compression form : kForms)
      if (disk_.exists(name(index, form)))
        TT_CHECK(disk_.rename(name(index, form), name(index + 1, form)));
  return disk_.rename(path_, name(1, Compression::kNone));
}

}  // namespace tt::portals::exit::file
