// Generations: the last rulesets in force, kept under data/rules/ so that decisions can be
// replayed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"

namespace tt::pipeline {

/// Numbers and keeps configurations. Used by one thread at a time.
class Generations {
 public:
  Generations(Disk& disk, std::string folder);
  /// The number of `text`: the newest kept one when it is the same, else the next number, stored
  /// durably as in force from `now_ns` on. Older ones beyond kGenerationsKept are removed.
  Result<std::uint64_t> keep(std::string_view text, WallNs now_ns);
  /// Takes back what keep() has just stored: it did not come in force.
  Status drop(std::uint64_t number);
  /// The newest one kept; kReject when there is none.
  Result<std::uint64_t> newest() const;
  /// The text of a kept generation. From any thread.
  Result<std::string> find(std::uint64_t number) const;
  /// The one that was the newest at that time; kReject when it is not known. From any thread.
  Result<std::uint64_t> newest_at(WallNs time_ns) const;

 private:
  std::string path(std::uint64_t number) const;
  Result<std::vector<std::uint64_t>> numbers() const;  // Rising.
  Disk& disk_;
  std::string folder_;
};

}  // namespace tt::pipeline
