// EntryTable: all entries of one configuration, by path and by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "pipeline/entry_status.h"
#include "pipeline/sender_rates.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Counters of one entry; labels are initialised when the entry is first seen. Each request counts
/// in one of handled, refused and unauthorised.
struct EntryCounters {
  Counter& handled;
  Counter& accepted;
  Counter& rejected;
  Counter& refused;
  Counter& unauthorised;
  Counter& repeats;
};

/// One entry of the table in force. Immutable.
struct EntryRoute {
  EntrySettings entry;
  std::string path;
  EntryCounters counters;
  std::shared_ptr<SenderRates> rates;  ///< Null: no `rate`.

  bool takes(std::string_view method) const;
  /// As safe as its `ack` says.
  tunnel::AckLevel ack_level() const;
};

/// Of one generation. Immutable, shared by the intake threads.
struct EntryTable {
  std::vector<std::shared_ptr<const EntryRoute>> routes;
  std::vector<std::string> hosts;  ///< As own_hosts().

  /// The entry whose path is `path` or a parent folder of it; the longest wins. Null: none.
  const EntryRoute* match(std::string_view path) const;
  std::shared_ptr<const EntryRoute> find_name(std::string_view name) const;
  /// What the counters say; what stands behind an entry is not known here.
  std::vector<EntryStatus> status() const;
};

std::shared_ptr<const EntryTable> make_entry_table(const Settings& settings, Metrics& metrics);

}  // namespace tt::pipeline
