// Recollect: what the shipped recovery and reader make of a folder of segments, without threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/memory_disk.h"
#include "tunnel/event_reader.h"
#include "tunnel/recovery.h"
#include "tunnel/written_log.h"

namespace tt::tunnel {

struct Recollection {
  std::map<Seq, std::string> events;  ///< Their JSON.
  std::vector<Gap> gaps;
  Seq end = 0;

  bool is_lost(Seq seq) const {
    for (const Gap& gap : gaps)
      if (seq >= gap.first && seq < gap.next) return true;
    return false;
  }
};

/// Everything that `log` can read now.
inline void read_into(Recollection& out, LogView& log, Seq from, Seq until) {
  EventReader reader(log);
  while (from < until) {
    const auto batch = reader.read(from, until, 1u << 20);
    ASSERT_TRUE(batch.ok()) << batch.error().text;
    for (const StoredEvent& e : (*batch)->events()) {
      const bool is_new = out.events.emplace(e.meta.seq, std::string(e.event.json)).second;
      ASSERT_TRUE(is_new) << "twice: " << e.meta.seq;
    }
    out.gaps.insert(out.gaps.end(), (*batch)->gaps.begin(), (*batch)->gaps.end());
    ASSERT_GT((*batch)->next, from) << "no way on";
    from = (*batch)->next;
  }
}

/// Recovers `disk`, which is changed as a start changes it, and reads all.
inline Recollection recollect(MemoryDisk& disk, const LogIdentity& identity) {
  static Metrics metrics;
  static ManualClock clock;
  log::set_level(log::Level::kOff);
  Recollection out;
  Quarantine quarantine(disk, clock, "/data");
  auto recovered = recover_log({disk, clock, metrics, quarantine}, kLogFolder, identity);
  EXPECT_TRUE(recovered.ok()) << (recovered.ok() ? "" : recovered.error().text);
  if (!recovered.ok()) return out;
  out.end = recovered->state.end.next_seq;
  LogView log(0, out.end);
  for (SharedSegment& segment : recovered->segments) log.segments.add(std::move(segment));
  read_into(out, log, 1, out.end);
  return out;
}

/// A canonical event whose text is `bytes` long, or a little more.
inline std::string event_json(std::size_t number, std::size_t bytes) {
  std::string json = "{\"message\":\"" + std::to_string(number) + " ";
  if (json.size() + 2 < bytes) json.append(bytes - json.size() - 2, 'a' + number % 26);
  return json + "\"}";
}

}  // namespace tt::tunnel
