// SegmentPool: makes segment files, from zeros written in advance or from segments no longer
// needed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/spawner.h"
#include "tunnel/segment.h"

namespace tt::tunnel {

/// Overwriting blocks that exist syncs in about two thirds of the time that growing a file takes,
/// so the next segment is written full of zeros, or an old one taken, before it is needed. What a
/// spare holds means nothing: the salt of its next life does not fit. Thread safe.
class SegmentPool {
 public:
  SegmentPool(Disk& disk, Spawner& spawner, std::string folder, std::uint64_t segment_bytes);
  ~SegmentPool();
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;

  /// Finds the spares of an earlier run and removes half-made ones.
  Status adopt();
  /// Asks for a spare; it is made in the background. Cheap when there is one.
  void want_spare();
  /// Makes a spare now when there is none; a full disk is no error here.
  void make_spare();
  /// A new segment whose header is durable under its name. kRetry when space ran out.
  Result<SharedSegment> create(const SegmentHeader& header);
  /// Removes a spare, so that its space can serve something that matters more; false: none.
  bool give_up_spare();
  /// Takes a segment that left the log: as a spare when one is wanted and nobody else holds it,
  /// else it is removed. Durable on return.
  Status retire(SharedSegment segment);

  std::uint64_t spare_bytes() const;

 private:
  static constexpr std::size_t kSparesMax = 2;
  void run();
  Status write_zeros(const std::string& path);
  std::string new_spare_path();
  bool is_in_use(const std::string& path);
  Result<std::unique_ptr<File>> make_file(const std::string& path);
  Result<SharedSegment> make_segment(const std::string& from, bool is_spare,
                                     const std::string& path, const SegmentHeader& header);

  Disk& disk_;
  const std::string folder_;
  const std::uint64_t segment_bytes_;
  mutable std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::vector<std::string> spares_;  // Paths.
  std::uint64_t last_spare_ = 0;
  bool is_wanted_ = false;
  bool is_stopping_ = false;
  std::unique_ptr<Thread> thread_;  // Last: ends before what it uses.
};

}  // namespace tt::tunnel
