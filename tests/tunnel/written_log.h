// WrittenLog: segments written record by record by the shipped writer, without threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/memory_disk.h"
#include "base/random.h"
#include "base/spawner.h"
#include "tunnel/log_writer.h"
#include "tunnel/segment_list.h"
#include "tunnel/segment_pool.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {

constexpr char kLogFolder[] = "/data/tunnel";
constexpr std::size_t kSector = 512;  ///< What a disk writes in one piece.

/// One log on a disk in memory. Bodies of events are given raw: no field is before them.
class WrittenLog {
 public:
  explicit WrittenLog(std::uint64_t segment_bytes = 64u << 10, std::uint64_t seed = 7)
      : random(seed),
        identity(LogIdentity::make(random, 0)),
        pool_(disk, system_spawner(), kLogFolder, segment_bytes),
        writer(identity, segments, pool_, clock, segment_bytes, WriteState{}) {
    EXPECT_TRUE(disk.create_directories(kLogFolder).ok());
  }

  /// Frames and writes one group, unsynced; its events have these payloads.
  void write(const std::vector<std::string>& payloads) {
    const char no_fields[kFieldsLengthBytes] = {};
    std::uint64_t bytes = 0;
    for (const std::string& payload : payloads) {
      bytes += record_bytes(sizeof no_fields + payload.size());
    }
    ASSERT_TRUE(writer.prepare(bytes).ok());
    for (const std::string& payload : payloads) {
      writer.add_event({no_fields, sizeof no_fields}, {}, payload);
    }
    ASSERT_TRUE(writer.write().ok());
    writer.publish();
  }
  void commit(const std::vector<std::string>& payloads) {
    write(payloads);
    ASSERT_TRUE(writer.sync().ok());
  }
  SharedSegment last() const { return segments.all().back(); }

  ManualClock clock;
  MemoryDisk disk;
  SeededRandom random;
  LogIdentity identity;
  SegmentList segments;

 private:
  SegmentPool pool_;

 public:
  LogWriter writer;
};

}  // namespace tt::tunnel
