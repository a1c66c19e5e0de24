// LineFile: one file of lines that is appended to, synced, rotated and healed after a crash.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "portals/kit/compress.h"

namespace tt::portals::exit::file {

struct Rotation {
  std::optional<std::uint64_t> bytes;    ///< Before the file would get larger than this.
  std::optional<std::int64_t> every_ns;  ///< When the wall clock passes a multiple of this (UTC).
  int keep = 7;                          ///< Rotated files: path.1 is the youngest.
  Compression compress = Compression::kNone;
};

/// Opened by the first call that needs it; the file gets mode 0600 and its folders 0700. At open, a
/// last line without newline is cut: it was written in part, and its event comes again. Calls
/// block; one at a time.
class LineFile {
 public:
  LineFile(Disk& disk, Clock& clock, std::string path, Rotation rotation)
      : disk_(disk), clock_(clock), path_(std::move(path)), rotation_(rotation) {}

  /// Appends whole lines; all of them or none.
  Status append(std::string_view lines);
  /// What was appended since the last call is durable afterwards. An error says that some of it may
  /// be gone, also when the file was lost in between and a new one has been begun.
  Status sync();

 private:
  Status open();
  Status flush();
  void drop(const Error& error);
  Status cut_torn_line();
  Status rotate();
  Status shift();
  bool is_due(std::uint64_t size_bytes, std::size_t more_bytes) const;
  std::int64_t period() const;

  Disk& disk_;
  Clock& clock_;
  const std::string path_;
  const Rotation rotation_;
  std::unique_ptr<File> file_;
  bool is_unsynced_ = false;  ///< Lines were written to file_ since it was synced.
  Status lost_;               ///< Why unsynced lines may be gone; sync() says it once.
  bool is_listed_ = false;    ///< Its name is known to be durable in its folder.
  std::int64_t period_ = 0;   ///< Of the clock, when the file was opened.
};

}  // namespace tt::portals::exit::file
