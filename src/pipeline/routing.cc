// Routing: every rule once a batch, one bit for each (event, exit).
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routing.h"

#include <algorithm>
#include <vector>

#include "pipeline/limits.h"

namespace tt::pipeline {

Routing::Routing(std::string log_id, Metrics& metrics)
    : log_id_(std::move(log_id)),
      unrouted_(metrics.counter("tt_events_unrouted_total", "Events that no rule sent anywhere")),
      errors_(metrics.counter("tt_rule_errors_total",
                              "Conditions that ended in an error, which means no match")) {}

void Routing::swap(std::shared_ptr<const Settings> settings, std::uint64_t generation) {
  settings_ = std::move(settings);
  generation_ = generation;
  router_ = std::make_unique<rules::Router>(settings_->ruleset);
  recent_.clear();
}

SharedRouted Routing::route(const tunnel::SharedStored& stored) {
  for (const auto& weak : recent_)
    if (const auto routed = weak.lock(); routed && routed->stored == stored) return routed;

  auto routed = std::make_shared<RoutedBatch>();
  routed->stored = stored;
  routed->generation = generation_;
  const rules::RouteCounts counts = router_->route(*stored, log_id_, routed->bits);
  if (stored->first >= counted_to_) {
    unrouted_.add(counts.unrouted);
    errors_.add(counts.errors);
    counted_to_ = stored->next;
  }
  recent_.push_front(routed);
  if (recent_.size() > kRoutedBatchesMax) recent_.pop_back();
  return routed;
}

}  // namespace tt::pipeline
