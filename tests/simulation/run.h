// Run: one seed from the first start to the last check.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tt::simulation {

struct Outcome {
  std::optional<std::string> problem;  ///< The first promise that was broken.
  std::string story;                   ///< Plan and last lines of the trace.
  std::uint64_t hash = 0;              ///< Of everything that happened.
  std::uint64_t events = 0, acknowledged = 0, requests = 0, deaths = 0, switches = 0;
  double hours = 0;  ///< Of virtual time.
};

/// Deterministic: the same seed and build give the same outcome. `is_live` prints as it goes.
/// `folder` is a real one, for the configuration.
Outcome run_seed(std::uint64_t seed, const std::string& folder, bool is_live = false);

}  // namespace tt::simulation
