// Routing: every rule once a batch, one bit for each (event, exit).
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routing.h"

#include "base/metric_table.h"
#include "pipeline/limits.h"
#include "pipeline/self_kinds.h"

namespace tt::pipeline {

BatchRouter::BatchRouter(std::shared_ptr<const rules::Ruleset> ruleset, std::string log_id)
    : router_(std::move(ruleset)),
      log_id_(std::move(log_id)),
      reads_ids_(router_.environment().meta_layout().find("id") >= 0) {}

void BatchRouter::route(const tunnel::StoredBatch& stored, rules::ExitBits& bits) {
  router_.route(bind(stored, router_.ruleset().reads_id()), bits);
  const auto events = stored.events();
  for (std::size_t i = 0; i < events.size(); ++i)
    if (const auto exit = subject_of(events[i], router_.ruleset())) bits.clear(i, *exit);
}

std::span<const rules::RoutedEvent> BatchRouter::bind(const tunnel::StoredBatch& stored) {
  return bind(stored, reads_ids_);
}

std::span<const rules::RoutedEvent> BatchRouter::bind(const tunnel::StoredBatch& stored,
                                                      bool with_ids) {
  const auto events = stored.events();
  events_.clear();
  if (with_ids) {
    ids_.resize(events.size());
    for (std::size_t i = 0; i < events.size(); ++i)
      ids_[i] = tunnel::format_id(log_id_, events[i].meta.seq);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    const tunnel::Meta& meta = events[i].meta;
    events_.push_back({events[i].event,
                       {.id = with_ids ? std::string_view(ids_[i]) : std::string_view(),
                        .seq = meta.seq,
                        .received_ns = meta.received_ns,
                        .entry = meta.entry}});
  }
  return events_;
}

Routing::Routing(std::string log_id, Metrics& metrics)
    : log_id_(std::move(log_id)),
      unrouted_(counter(metrics, "tt_events_unrouted_total")),
      errors_(counter(metrics, "tt_rule_errors_total")) {}

void Routing::swap(std::shared_ptr<const Settings> settings, std::uint64_t generation) {
  settings_ = std::move(settings);
  generation_ = generation;
  batch_router_ = std::make_unique<BatchRouter>(settings_->ruleset, log_id_);
  recent_.clear();
}

SharedRouted Routing::route(const tunnel::SharedStored& stored) {
  for (const auto& weak : recent_)
    if (const auto routed = weak.lock(); routed && routed->stored == stored) return routed;

  auto routed = std::make_shared<RoutedBatch>();
  routed->stored = stored;
  routed->generation = generation_;
  batch_router_->route(*stored, routed->bits);
  const rules::Router::Counts counts = router().take_counts();
  if (stored->first >= counted_to_) {
    unrouted_.add(counts.unrouted);
    errors_.add(counts.when_errors);
    counted_to_ = stored->next;
  }
  recent_.push_front(routed);
  if (recent_.size() > kRoutedBatchesMax) recent_.pop_back();
  return routed;
}

}  // namespace tt::pipeline
