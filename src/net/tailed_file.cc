// Reading what is new, and noticing that the file is not what it was.
// SPDX-License-Identifier: Apache-2.0
#include "net/tailed_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/digest.h"

namespace tt::net {
namespace {

/// Where the file behind a descriptor is now; empty when it has no name any more.
std::string real_path_of(int fd) {
  std::array<char, PATH_MAX> path;
  const ssize_t n =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  const std::string_view text(path.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  return text.ends_with(" (deleted)") ? std::string() : std::string(text);
}

}  // namespace

TailedFile::TailedFile(TailPosition position)
    : position_(std::move(position)), read_(position_.offset), whole_(position_.offset) {}

Status TailedFile::open(const std::string& path) {
  // What became a pipe or a device meanwhile must not make anybody wait.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return misconfigured(path + ": " + std::strerror(errno));
  fd_ = fd;
  struct stat st {};
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    close();
    return misconfigured(path + " is no file");
  }
  if (st.st_dev != position_.device || st.st_ino != position_.inode) {
    close();
    return reject(path + " is another file now");
  }
  size_ = static_cast<std::uint64_t>(st.st_size);
  const std::uint32_t head_bytes = position_.head_bytes;
  head_.resize(head_bytes);
  const auto n = read_at(head_, 0);
  if (!n.ok()) {
    close();
    return n.error();
  }
  const bool is_same = *n == head_bytes && hash64(head_) == position_.head_hash;
  if ((head_bytes > 0 && !is_same) || size_ < read_) begin_anew();
  if (std::string real = real_path_of(fd); !real.empty()) position_.real_path = std::move(real);
  return {};
}

void TailedFile::close() {
  if (fd_ < 0) return;
  position_ = position();
  read_ = whole_;
  head_.clear();
  ::close(fd_);
  fd_ = -1;
}

void TailedFile::begin_anew() {
  read_ = whole_ = position_.offset = 0;
  position_.head_bytes = 0;
  head_.clear();
}

TailPosition TailedFile::position() const {
  TailPosition now = position_;
  if (fd_ >= 0) {
    now.head_bytes = static_cast<std::uint32_t>(head_.size());
    now.head_hash = head_.empty() ? 0 : hash64(head_);
  }
  return now;
}

Result<std::size_t> TailedFile::read_at(std::span<char> buffer, std::uint64_t offset) {
  const ssize_t n = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
  if (n < 0) return misconfigured(position_.path + ": " + std::strerror(errno));
  return static_cast<std::size_t>(n);
}

void TailedFile::look() {
  struct stat st {};
  if (::fstat(fd_, &st) != 0) return;
  size_ = static_cast<std::uint64_t>(st.st_size);
  is_deleted_ = st.st_nlink == 0;
  if (is_deleted_) return;
  if (std::string real = real_path_of(fd_); !real.empty()) position_.real_path = std::move(real);
}

Result<bool> TailedFile::check_head() {
  std::array<char, kHeadBytesMax> bytes;
  TT_TRY(const std::size_t n, read_at(bytes, 0));
  const std::string_view now(bytes.data(), n);
  if (!now.starts_with(head_)) return false;
  head_ = now;
  return true;
}

Status TailedFile::skip_to_end() {
  TT_TRY(const bool is_same, check_head());
  if (!is_same) begin_anew();
  std::array<char, 4096> bytes;
  std::uint64_t end = size_;
  while (end > 0) {
    const std::uint64_t begin = end - std::min<std::uint64_t>(end, bytes.size());
    TT_TRY(const std::size_t n, read_at(std::span(bytes).first(end - begin), begin));
    const std::size_t newline = std::string_view(bytes.data(), n).rfind('\n');
    if (newline != std::string_view::npos) {
      end = begin + newline + 1;
      break;
    }
    end = begin;
  }
  read_ = whole_ = position_.offset = end;
  return {};
}

Result<std::string_view> TailedFile::read(std::span<char> buffer) {
  struct stat st {};
  if (::fstat(fd_, &st) != 0) return misconfigured(position_.path + ": " + std::strerror(errno));
  size_ = static_cast<std::uint64_t>(st.st_size);
  TT_TRY(const bool is_same, check_head());
  if (!is_same || size_ < read_) {
    const bool was_inside_line = read_ != whole_;
    begin_anew();
    // What came of that line must not run into what comes now.
    if (was_inside_line) return std::string_view("\n");
    TT_TRY(const bool is_known, check_head());
    (void)is_known;
  }
  TT_TRY(const std::size_t n, read_at(buffer, read_));
  std::string_view bytes(buffer.data(), n);
  const std::size_t newline = bytes.rfind('\n');
  if (newline != std::string_view::npos) {
    bytes = bytes.substr(0, newline + 1);
    whole_ = read_ + bytes.size();
  } else if (read_ == whole_ && n < buffer.size()) {
    return std::string_view();
  }
  read_ += bytes.size();
  return bytes;
}

Result<std::string_view> TailedFile::read_rest(std::span<char> buffer) {
  TT_TRY(const std::size_t n, read_at(buffer.first(buffer.size() - 1), read_));
  if (n == 0 && read_ == whole_) return std::string_view();
  buffer[n] = '\n';
  read_ += n;
  whole_ = read_;
  return std::string_view(buffer.data(), n + 1);
}

}  // namespace tt::net
