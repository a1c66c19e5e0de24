// AttemptStore: what was tried, in record files that are never synced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "tunnel/attempts.h"
#include "tunnel/side_log.h"

namespace tt::tunnel {

std::string encode_attempt(const Attempt& attempt);
Result<Attempt> decode_attempt(std::string_view body);
/// True without decoding the rest: most records of a scan are of other events.
bool attempt_touches(std::string_view body, std::uint64_t seq);

class AttemptStore final : public Attempts {
 public:
  static constexpr std::uint64_t kBytesMax = 256u << 20;

  AttemptStore(Disk& disk, Clock& clock, const LogIdentity& identity, std::string folder)
      : log_(disk, clock, identity, {.folder = std::move(folder), .kind = "attempts"}) {}
  Status open() { return log_.open(nullptr); }
  /// Writes the buffer, so that a kill loses little.
  void flush();

  void append(const Attempt& attempt) override;
  Result<std::vector<Attempt>> find(std::uint64_t seq) override;
  WallNs kept_since() override;

 private:
  struct Range {
    std::uint64_t min = ~0ull, max = 0;
  };
  std::mutex mutex_;
  SideLog log_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Range> ranges_;  // By base of finished files; found out by find().
};

}  // namespace tt::tunnel
