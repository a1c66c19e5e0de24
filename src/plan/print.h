// A plan as text for people and as JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plan/plan.h"
#include "tunnel/log_snapshot.h"

namespace tt::plan {

/// What was compared, and what of the events could not be read.
struct Facts {
  std::string before, after;  ///< "generation 12", "new.yaml".
  std::string events_of;      ///< Folder or address.
  tunnel::SnapshotLosses losses;
};

/// `+` newly, `-` no longer, `~` with other fields. `is_coloured` adds terminal colours.
std::string print_text(const Report& report, const Facts& facts, bool is_coloured = false);
/// One JSON object; its members are described in docs/guide/operating.md.
std::string print_json(const Report& report, const Facts& facts);

}  // namespace tt::plan
