// Two configurations and events from JSON: what a plan says of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "event/decode.h"
#include "event/writer.h"
#include "pipeline/offline.h"
#include "plan/plan.h"
#include "tunnel/group_batch.h"

namespace tt::plan {

constexpr WallNs kTestNs = 1'769'860'800'000'000'000;  // 2026-01-31T12:00:00Z.

/// Events with seqs from 1 on, received a second after each other through the entry `events`.
inline tunnel::SharedStored stored(const std::vector<std::string>& events) {
  auto batch = std::make_shared<tunnel::ReadBatch>();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto decoded = event::decode_events(events[i], event::BodyFormat::kJson, {}, kTestNs);
    EXPECT_EQ(decoded.events.size(), 1u) << events[i];
    EXPECT_TRUE(event::index_canonical(decoded.events[0].json, batch->texts()).ok());
    batch->add(i + 1, kTestNs + static_cast<WallNs>(i) * kNsPerSec, "events", "");
  }
  batch->finish();
  return batch;
}

inline Report judged(std::string_view before, std::string_view after,
                     const std::vector<std::string>& events) {
  Plan plan(pipeline::offline_settings(before), pipeline::offline_settings(after), "00c0ffee");
  plan.judge(*stored(events));
  return plan.report();
}

inline const ExitDiff& exit_of(const Report& report, std::string_view name) {
  const auto found = std::find_if(report.exits.begin(), report.exits.end(),
                                  [&](const ExitDiff& exit) { return exit.name == name; });
  if (found != report.exits.end()) return *found;
  ADD_FAILURE() << "no exit " << name;
  static const ExitDiff kNone;
  return kNone;
}

}  // namespace tt::plan
