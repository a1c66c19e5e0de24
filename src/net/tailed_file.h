// TailedFile: one file that is read while others write, truncate, rename and remove it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tt::net {

/// Which file is read and how far, as it outlives restarts. A file is the same one when device,
/// inode and its first bytes are: inodes are given to new files as soon as old ones are gone.
struct TailPosition {
  std::string path;                ///< Where a pattern found it.
  std::string first_path;          ///< Where one found it first; empty: `path`.
  std::uint64_t first_number = 0;  ///< Grows with each file that is found; 0: as they are listed.
  std::string real_path;  ///< Where it really was last; differs for links, and once it was renamed.
  std::uint64_t device = 0, inode = 0;
  std::uint64_t offset = 0;      ///< Everything in front of it is stored; a line begins there.
  std::uint32_t head_bytes = 0;  ///< So many first bytes have
  std::uint64_t head_hash = 0;   ///< this hash64().
  bool operator==(const TailPosition&) const = default;
};

/// One thread. A file that is shorter than what was read, or begins otherwise, was truncated or
/// written anew, and is read from its beginning.
class TailedFile {
 public:
  static constexpr std::size_t kHeadBytesMax = 256;

  /// Not open.
  explicit TailedFile(TailPosition position);
  ~TailedFile() { close(); }
  TailedFile(const TailedFile&) = delete;
  TailedFile& operator=(const TailedFile&) = delete;

  /// What is at `path`. kMisconfigured: it cannot be opened, or is no file. kReject: another file
  /// is there.
  Status open(const std::string& path);
  /// What was read of a line that has no end yet is read again.
  void close();
  bool is_open() const { return fd_ >= 0; }
  /// Whether it can be closed for a while without reading anything twice.
  bool may_sleep() const { return read_ == whole_; }

  /// To the beginning of the last line that has no end yet. Open files only.
  Status skip_to_end();
  /// The next run: whole lines, or a piece of a line that is longer than `buffer`. Empty: nothing
  /// that is whole is there. Points into `buffer`. Open files only.
  Result<std::string_view> read(std::span<char> buffer);
  /// What is left of a file that nobody will write to again: a last line without an end, which it
  /// is given. Open files only.
  Result<std::string_view> read_rest(std::span<char> buffer);
  /// As if the last run had not been read; of a file that might sleep before.
  void take_back() { read_ = whole_ = position_.offset; }
  /// The last run is stored.
  void settle() { position_.offset = whole_; }

  /// Sees how large it is now and whether it still has a name. Open files only.
  void look();
  std::uint64_t size() const { return size_; }  ///< When last looked at.
  void set_size(std::uint64_t size) { size_ = size; }
  bool is_deleted() const { return is_deleted_; }
  std::uint64_t unread_bytes() const { return size_ > read_ ? size_ - read_ : 0; }

  TailPosition position() const;
  std::uint64_t device() const { return position_.device; }
  std::uint64_t inode() const { return position_.inode; }
  const std::string& path() const { return position_.path; }
  void set_path(std::string path) { position_.path = std::move(path); }
  const std::string& real_path() const { return position_.real_path; }
  void set_real_path(std::string path) { position_.real_path = std::move(path); }

 private:
  Result<std::size_t> read_at(std::span<char> buffer, std::uint64_t offset);
  /// Reads the first bytes, as many as there are by now; false when they are not those of before.
  Result<bool> check_head();
  void begin_anew();

  TailPosition position_;  // Its head is that of the last close.
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0;   // Up to here it was handed on,
  std::uint64_t whole_ = 0;  // up to here in whole lines.
  std::string head_;
  bool is_deleted_ = false;
};

}  // namespace tt::net
