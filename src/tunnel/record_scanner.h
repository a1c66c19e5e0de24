// RecordScanner: walks the records of one file and finds the next good one after damage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "tunnel/record_format.h"
#include "tunnel/segment.h"

namespace tt::tunnel {

struct Record {
  Frame frame;
  std::uint64_t position = 0;
  std::string_view body;  ///< Until the next call of the scanner.
};

/// Bytes that should have been records. Lost seqs are [first, next); none when they are equal.
struct Damage {
  std::uint64_t begin = 0, end = 0;  ///< Bytes in the file.
  Seq first = 0, next = 0;
};

/// Reads forward through a window of 256 KiB. A bad body costs its record: the length in a good
/// header can be trusted. A bad header costs what lies up to the next frame that is valid under
/// the file's seed at its place and does not go back in seq. Unreadable blocks count as zeros. Not
/// thread safe.
class RecordScanner {
 public:
  /// Scans [begin, end) of `file`, which must outlive this; `expected` is the seq the record at
  /// `begin` should have (0: unknown, the first record settles it).
  RecordScanner(File& file, std::uint32_t seed, std::uint64_t begin, std::uint64_t end,
                Seq expected);

  /// The next good record; nothing at the end. Errors are of the disk, never of its contents.
  Result<std::optional<Record>> next();
  /// More may be read: the file has grown. Never less.
  void set_end(std::uint64_t end) { end_ = end; }
  /// Goes elsewhere in the same file.
  void seek(std::uint64_t begin, Seq expected);

  std::uint64_t position() const { return position_; }  ///< After the last record or damage.
  Seq expected() const { return expected_; }
  /// Damage that a good record followed, since the last call.
  std::vector<Damage> take_damages() { return std::exchange(damages_, {}); }
  /// Damage that nothing good has followed yet: a torn tail, or zeros that nobody wrote.
  std::optional<std::uint64_t> open_damage() const { return damage_begin_; }
  /// End of the last byte that looks written by this log inside the open damage; 0: none.
  std::uint64_t open_damage_traces_end() const { return traces_end_; }
  /// End of the last block that the disk refused inside the open damage; 0: none. Nobody knows what
  /// stood there.
  std::uint64_t open_damage_unreadable_end() const {
    return damage_begin_ && unreadable_end_ > *damage_begin_ ? unreadable_end_ : 0;
  }

 private:
  Status fill(std::uint64_t position, std::size_t bytes);
  const char* at(std::uint64_t position) const { return window_.data() + (position - window_at_); }
  bool is_plausible(const Frame& frame) const;
  void open_damage_at(std::uint64_t position);
  void close_damage(const Record& record);
  Status skip_to_magic();

  File& file_;
  const std::uint32_t seed_;
  std::uint64_t position_;
  std::uint64_t end_;
  Seq expected_;
  std::optional<std::uint64_t> damage_begin_;
  std::uint64_t traces_end_ = 0;
  std::uint64_t unreadable_end_ = 0;
  std::vector<Damage> damages_;
  std::vector<char> window_;
  std::uint64_t window_at_ = 0;
  std::size_t window_bytes_ = 0;
};

}  // namespace tt::tunnel
