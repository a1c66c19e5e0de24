// The kernel's files behind the Disk interface, and whole-file reads and writes.
// SPDX-License-Identifier: Apache-2.0
#include "base/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/planted.h"

namespace tt {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

Code code_of(int error, bool is_read) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:  // Descriptors come back like space; what could not be opened is not damaged.
    case ENFILE:
      return Code::kRetry;
    case EIO:
      return is_read ? Code::kCorrupt : Code::kReject;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
      return Code::kMisconfigured;
    case EWOULDBLOCK:
      return Code::kStopped;
    default:
      return Code::kReject;
  }
}

Error failure(int error, std::string_view did, std::string_view path, bool is_read = false) {
  std::string text = "cannot ";
  text.append(did).append(" ").append(path).append(": ");
  text.append(std::generic_category().message(error));
  return {code_of(error, is_read), std::move(text)};
}

template <class Call>
auto without_interrupts(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> pread(std::span<char> bytes, std::uint64_t position) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = without_interrupts([&] {
        return ::pread(fd_, bytes.data() + done, bytes.size() - done,
                       static_cast<off_t>(position + done));
      });
      if (got < 0) return failure(errno, "read", path_, true);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status pwritev(std::span<const iovec> parts, std::uint64_t position) override {
    std::vector<iovec> left(parts.begin(), parts.end());
    std::size_t first = 0;
    while (true) {
      while (first < left.size() && left[first].iov_len == 0) ++first;
      if (first == left.size()) return {};
      const int count = static_cast<int>(std::min<std::size_t>(left.size() - first, IOV_MAX));
      const ssize_t got = without_interrupts(
          [&] { return ::pwritev(fd_, &left[first], count, static_cast<off_t>(position)); });
      if (got < 0) return failure(errno, "write", path_);
      if (got == 0) return failure(EIO, "write", path_);
      position += static_cast<std::uint64_t>(got);
      for (auto taken = static_cast<std::size_t>(got); taken > 0;) {
        iovec& part = left[first];
        const std::size_t step = std::min(taken, part.iov_len);
        part.iov_base = static_cast<char*>(part.iov_base) + step;
        part.iov_len -= step;
        taken -= step;
        if (part.iov_len == 0) ++first;
      }
    }
  }

  void begin_writeback(std::uint64_t position, std::uint64_t bytes) override {
    (void)::sync_file_range(fd_, static_cast<off_t>(position), static_cast<off_t>(bytes),
                            SYNC_FILE_RANGE_WRITE);
  }
  Status datasync() override {
    // Not repeated after an error: the kernel may have dropped the pages it could not write, and a
    // second call would then report success for them.
    if (::fdatasync(fd_) < 0) return failure(errno, "sync", path_);
    return {};
  }

  Status truncate(std::uint64_t size_bytes) override {
    const int result =
        without_interrupts([&] { return ::ftruncate(fd_, static_cast<off_t>(size_bytes)); });
    if (result < 0) return failure(errno, "truncate", path_);
    return {};
  }

  Status allocate(std::uint64_t size_bytes) override {
    int error = EINTR;
    while (error == EINTR) error = ::posix_fallocate(fd_, 0, static_cast<off_t>(size_bytes));
    if (error) return failure(error, "reserve space for", path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat about {};
    if (::fstat(fd_, &about) < 0) return failure(errno, "examine", path_);
    return static_cast<std::uint64_t>(about.st_size);
  }

  bool is_at(const std::string& path) override {
    struct stat open {
    }, named{};
    return ::fstat(fd_, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
  }

  Status lock() override {
    if (without_interrupts([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); }) < 0) {
      if (errno == EWOULDBLOCK) return stopped(path_ + " is locked by another process");
      return failure(errno, "lock", path_);
    }
    return {};
  }

 private:
  const int fd_;
  const std::string path_;
};

int flags_of(Open mode) {
  switch (mode) {
    case Open::kRead:
      return O_RDONLY;
    case Open::kReadWrite:
      return O_RDWR;
    case Open::kCreate:
      return O_RDWR | O_CREAT;
    case Open::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override {
    const int on_exec = planted("lock-inherited") ? 0 : O_CLOEXEC;
    const int fd = without_interrupts(
        [&] { return ::open(path.c_str(), flags_of(mode) | on_exec, kFileMode); });
    if (fd < 0) return failure(errno, "open", path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd, path));
  }

  Status create_directories(const std::string& path) override {
    // Each new folder is made durable in its parent: a lost folder would take its files with it.
    for (std::size_t end = 0; end != std::string::npos;) {
      end = path.find('/', end + 1);
      const std::string part = path.substr(0, end);
      if (::mkdir(part.c_str(), kFolderMode) == 0) {
        TT_CHECK(sync_directory(parent_of(part)));
        continue;
      }
      const int error = errno;
      struct stat about {};
      if (::stat(part.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) continue;
      return failure(error == EEXIST ? ENOTDIR : error, "create the folder", part);
    }
    return {};
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    DIR* folder = ::opendir(path.c_str());
    if (!folder) return failure(errno, "list", path);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      bool is_directory = entry->d_type == DT_DIR;
      if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK) {
        struct stat about {};
        is_directory = ::stat((path + "/" + name).c_str(), &about) == 0 && S_ISDIR(about.st_mode);
      }
      entries.push_back({std::move(name), is_directory});
      errno = 0;
    }
    const int error = errno;
    ::closedir(folder);
    if (error) return failure(error, "list", path, true);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) return failure(errno, "rename", from);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::remove(path.c_str()) < 0) return failure(errno, "remove", path);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const int fd = without_interrupts(
        [&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) return failure(errno, "open the folder", path);
    const int result = ::fsync(fd);
    const int error = errno;
    ::close(fd);
    if (result < 0) return failure(error, "sync the folder", path);
    return {};
  }

  Result<DiskSpace> space(const std::string& path) override {
    struct statvfs about {};
    if (::statvfs(path.c_str(), &about) < 0) return failure(errno, "examine", path);
    return DiskSpace{static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize,
                     static_cast<std::uint64_t>(about.f_blocks) * about.f_frsize};
  }
};

Status write_and_sync(Disk& disk, const std::string& path, std::string_view bytes) {
  TT_TRY(auto file, disk.open(path, Open::kCreate));
  TT_CHECK(file->truncate(0));
  TT_CHECK(file->pwrite(bytes, 0));
  return file->datasync();
}

}  // namespace

Disk& system_disk() {
  static PosixDisk disk;
  return disk;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_file(Disk& disk, const std::string& path, std::size_t size_bytes_max) {
  TT_TRY(auto file, disk.open(path, Open::kRead));
  // Read until the end instead of trusting size(): pipes and /proc files report none.
  constexpr std::size_t kStepBytes = 64u << 10;
  TT_TRY(const std::uint64_t size, file->size());
  std::string bytes;
  std::size_t step =
      std::min<std::uint64_t>(std::max<std::uint64_t>(size + 1, kStepBytes), size_bytes_max + 1);
  while (true) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + step);
    TT_TRY(const std::size_t got, file->pread({bytes.data() + begin, step}, begin));
    bytes.resize(begin + got);
    if (bytes.size() > size_bytes_max) {
      return reject(path + " is larger than " + std::to_string(size_bytes_max) + " bytes");
    }
    if (got < step) return bytes;
  }
}

Status write_file(Disk& disk, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  if (Status written = write_and_sync(disk, temporary, bytes); !written.ok()) {
    (void)disk.remove(temporary);  // The first error is the one to report.
    return written;
  }
  TT_CHECK(disk.rename(temporary, path));
  return disk.sync_directory(parent_of(path));
}

}  // namespace tt
