// OpenAlerts: alerts of which an event is still to come; later events of them wait for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>

#include "pipeline/delivery_job.h"

namespace tt::pipeline {

/// Found anew whenever an exit in tunnel order looks for its next request. Costs nothing, and asks
/// no event for its alert, as long as nothing has been stepped over.
class OpenAlerts {
 public:
  /// The `alert_key` that the exit gets; empty: of no alert.
  using KeyOf = std::function<std::string(const tunnel::StoredEvent&)>;
  explicit OpenAlerts(KeyOf key_of) : key_of_(std::move(key_of)) {}

  bool empty() const { return alerts_.empty(); }
  /// Others go past this job: what comes behind it of its alerts waits.
  void step_over(DeliveryJob& job);
  bool hold(DeliveryItem& item) const { return alerts_.contains(alert_of(item)); }
  /// How many events from the first on share its fate: all are held, or none is.
  std::size_t count_alike(DeliveryJob& job) const;

 private:
  std::uint64_t alert_of(DeliveryItem& item) const;

  KeyOf key_of_;
  std::unordered_set<std::uint64_t> alerts_;
};

}  // namespace tt::pipeline
