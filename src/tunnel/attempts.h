// Attempts: what every delivery tried and what the other side said, bounded and never synced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tt::tunnel {

struct Attempt {
  std::string exit;
  std::vector<std::uint64_t> seqs;
  std::uint64_t generation = 0;  ///< Of the ruleset that decided.
  std::uint32_t number = 1;      ///< 1 for the first try.
  WallNs time_ns = 0;
  std::int64_t duration_ns = 0;
  std::string verdict;  ///< delivered | retry | rejected | misconfigured
  int status = 0;
  std::string answer;        ///< Failed ones: at most 1 KiB, redacted.
  std::string reference;     ///< What the exit calls it (queue item, message id), or empty.
  std::uint64_t replay = 0;  ///< Epoch of the replay that sent it; 0: the first run.
};

/// Thread safe. At most 256 MiB under data/attempts/, oldest first out.
class Attempts {
 public:
  virtual ~Attempts() = default;
  /// Buffered; visible to find() at once.
  virtual void append(const Attempt& attempt) = 0;
  /// All kept attempts that touched the event, oldest first.
  virtual Result<std::vector<Attempt>> find(std::uint64_t seq) = 0;
  /// Attempts before this may have been dropped; 0 when none was ever kept.
  virtual WallNs kept_since() = 0;
};

}  // namespace tt::tunnel
