// Quarantine: copies of bytes that were refused, for people who want to look at them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"

namespace tt::tunnel {

/// `<data>/quarantine/<file>-<position>.bin` and a `.json` that says what it is. At most 256
/// pairs of at most 16 MiB; beyond that, and on a full disk, nothing is kept. Never fails its
/// caller. Thread safe.
class Quarantine {
 public:
  Quarantine(Disk& disk, Clock& clock, std::string directory)
      : disk_(disk), clock_(clock), directory_(std::move(directory)) {}

  /// Copies [begin, end) of `file`. `why` is one of a closed set of words: torn, rot, header.
  void copy(File& file, std::string_view name, std::uint64_t begin, std::uint64_t end,
            std::string_view why);
  /// Moves a whole file out of the way.
  void move(const std::string& folder, const std::string& name);

 private:
  bool make_folder();

  Disk& disk_;
  Clock& clock_;
  const std::string directory_;  // The data directory.
};

}  // namespace tt::tunnel
