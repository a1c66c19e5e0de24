// PlanSource: where a plan takes events and the configuration in force from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "tunnel/log_snapshot.h"
#include "tunnel/tunnel.h"

namespace tt::vortex {

/// Which events, as given on the command line: `2h`, RFC 3339, or an event id; empty: all.
struct PlanRange {
  std::string since, until;
};

/// What was in force, and how a plan names it.
struct InForce {
  std::string text;  ///< As a generation keeps it.
  std::string name;
};

/// Errors are for the person at the terminal and say the way out.
class PlanSource {
 public:
  virtual ~PlanSource() = default;
  virtual std::string log_id() const = 0;
  virtual Result<InForce> in_force() = 0;
  /// Null at the end.
  virtual Result<tunnel::SharedStored> next() = 0;
  virtual double progress() const = 0;  ///< From 0 to 1.
  virtual tunnel::SnapshotLosses losses() const = 0;
};

/// The data folder of a daemon, running or not; it is not disturbed.
Result<std::unique_ptr<PlanSource>> open_plan_folder(const std::string& folder,
                                                     const PlanRange& range);

/// A running daemon, over its API: whoever may read its events there may plan. Slower than the
/// folder, and its times are of microseconds.
Result<std::unique_ptr<PlanSource>> open_plan_remote(const std::string& url,
                                                     const std::string& token,
                                                     const PlanRange& range);

}  // namespace tt::vortex
