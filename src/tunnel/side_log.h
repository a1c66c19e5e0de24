// SideLog: a bounded series of record files beside the tunnel, for dead letters and attempts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "tunnel/record_scanner.h"
#include "tunnel/segment.h"

namespace tt::tunnel {

/// Same files, same frames as the tunnel; files grow and are removed oldest first. Not thread safe,
/// except that scan() and read() may run beside the rest.
class SideLog {
 public:
  struct Options {
    std::string folder;
    std::string kind;  ///< For the salt: unlike for any other folder.
    std::uint64_t file_bytes = 16u << 20;
  };
  using Visit = std::function<void(const Record&, const SharedSegment&)>;
  struct Place {
    SharedSegment file;
    std::uint64_t position = 0;
  };

  SideLog(Disk& disk, Clock& clock, const LogIdentity& identity, Options options);

  /// Opens what is there. `visit` sees every record; when empty, only the end is looked for.
  Status open(const Visit& visit);
  /// Adds a record to the buffer; flush() writes it. `seq` never goes back.
  Result<Place> append(RecordType type, std::uint64_t seq, std::string_view body);
  /// Writes the buffer. kRetry when space ran out: then what was buffered is gone.
  Status flush();
  Status sync();
  /// A write or a sync failed for good: nothing is appended any more.
  bool has_failed() const { return !failed_.ok(); }

  /// Every good record of one file, up to what was flushed.
  static Status scan(const SharedSegment& file, const Visit& visit,
                     std::vector<Damage>* damages = nullptr);
  /// Body of the record at `place`; kCorrupt when it is no longer whole.
  static Result<std::string> read(const Place& place);

  const std::vector<SharedSegment>& files() const { return files_; }
  /// Removes the oldest file, never the last.
  Status drop_front();
  std::uint64_t bytes() const;
  /// Stretches (or whole files) that open() could not read.
  std::uint64_t damaged() const { return damaged_; }
  std::uint64_t next_seq() const { return next_seq_; }  ///< At least; as of the last record.
  std::size_t buffered_bytes() const { return buffer_.size(); }

 private:
  Status next_file(std::uint64_t seq);

  Disk& disk_;
  Clock& clock_;
  const LogIdentity& identity_;
  const Options options_;
  std::vector<SharedSegment> files_;
  std::string buffer_;  // Framed records behind the end of the last file.
  std::uint64_t synced_ = 0;
  std::uint64_t next_seq_ = 1;
  std::uint64_t damaged_ = 0;
  std::uint32_t prev_header_crc_ = 0;
  std::uint32_t flushed_header_crc_ = 0;  // Of the last record in the file.
  Status failed_;  // A write or a sync failed: what it should have stored may be gone.
};

/// A name as a folder: what is not plain is percent-encoded.
std::string folder_name(std::string_view name);
std::string name_of_folder(std::string_view folder);

}  // namespace tt::tunnel
