// Which events wait, by digests of their alerts.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/open_alerts.h"

#include <algorithm>

#include "base/digest.h"

namespace tt::pipeline {

void OpenAlerts::step_over(DeliveryJob& job) {
  for (DeliveryItem& item : job.items)
    if (const std::uint64_t alert = alert_of(item)) alerts_.insert(alert);
}

std::size_t OpenAlerts::count_alike(DeliveryJob& job) const {
  const bool is_held = hold(job.items.front());
  const auto other = std::find_if(job.items.begin(), job.items.end(),
                                  [&](DeliveryItem& item) { return hold(item) != is_held; });
  return static_cast<std::size_t>(other - job.items.begin());
}

std::uint64_t OpenAlerts::alert_of(DeliveryItem& item) const {
  if (!item.alert) {
    const std::string key = item.stored ? key_of_(*item.stored) : "";
    item.alert = key.empty() ? 0 : hash64(key);
  }
  return *item.alert;
}

}  // namespace tt::pipeline
