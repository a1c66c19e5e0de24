// Routing: judges every batch once for all exits and shares the bits between them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "pipeline/settings.h"
#include "rules/exit_bits.h"
#include "rules/router.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// One ruleset over stored batches: gives every event its meta, asks the router, and keeps from
/// each exit what is about itself. One a thread.
class BatchRouter {
 public:
  BatchRouter(std::shared_ptr<const rules::Ruleset> ruleset, std::string log_id);
  void route(const tunnel::StoredBatch& stored, rules::ExitBits& bits);
  /// The events as the router takes them; valid until the next call, and as long as `stored` lives.
  std::span<const rules::RoutedEvent> bind(const tunnel::StoredBatch& stored);
  rules::Router& router() { return router_; }

 private:
  rules::Router router_;
  std::string log_id_;
  bool reads_ids_;  // Ids are text that nobody needs unless a `when` or a template reads `meta.id`.
  std::vector<rules::RoutedEvent> events_;
  std::vector<tunnel::IdText> ids_;
};

/// A stored batch and, for every exit of one generation, which of its events it gets.
struct RoutedBatch {
  tunnel::SharedStored stored;
  std::uint64_t generation = 0;
  rules::ExitBits bits;
};
using SharedRouted = std::shared_ptr<const RoutedBatch>;

/// Belongs to the loop's thread.
class Routing {
 public:
  Routing(std::string log_id, Metrics& metrics);

  /// A new ruleset judges every batch that is asked for from now on.
  void swap(std::shared_ptr<const Settings> settings, std::uint64_t generation);
  /// The bits of `stored`, computed once a generation however many exits ask.
  SharedRouted route(const tunnel::SharedStored& stored);

  const Settings& settings() const { return *settings_; }
  std::uint64_t generation() const { return generation_; }
  rules::Router& router() { return batch_router_->router(); }
  const std::string& log_id() const { return log_id_; }

 private:
  std::string log_id_;
  Counter& unrouted_;
  Counter& errors_;
  std::shared_ptr<const Settings> settings_;
  std::uint64_t generation_ = 0;
  std::unique_ptr<BatchRouter> batch_router_;
  std::deque<SharedRouted> recent_;  // Newest first; exits go along, so few are enough.
  std::size_t recent_bytes_ = 0;
  tunnel::Seq counted_to_ = 0;  // Unrouted events are counted once, not once a lagging exit.
};

}  // namespace tt::pipeline
