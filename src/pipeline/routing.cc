// Routing: every rule once a batch, one bit for each (event, exit).
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routing.h"

#include <algorithm>
#include <optional>

#include "base/metric_table.h"
#include "pipeline/limits.h"
#include "pipeline/self_kinds.h"

namespace tt::pipeline {
namespace {

constexpr std::size_t kFetchAhead = 4;
constexpr std::size_t kLineBytes = 64;

// Another thread has written the event: its first lines, where the named fields are, and the index
// of those come from that one's cache, which takes longer than the judgement of an event.
void fetch(const event::EventView& event) {
  const auto fetch_lines = [](const void* at, std::size_t bytes) {
    for (std::size_t line = 0; line < bytes; line += kLineBytes)
      __builtin_prefetch(static_cast<const char*>(at) + line);
  };
  fetch_lines(event.json.data(), std::min(event.json.size(), 4 * kLineBytes));
  fetch_lines(event.fields.data(), std::min(event.fields.size_bytes(), 2 * kLineBytes));
}

tmpl::MetaView meta_view(const tunnel::Meta& meta, std::string_view id) {
  return {.id = id, .seq = meta.seq, .received_ns = meta.received_ns, .entry = meta.entry};
}

}  // namespace

BatchRouter::BatchRouter(std::shared_ptr<const rules::Ruleset> ruleset, std::string log_id)
    : router_(std::move(ruleset)),
      log_id_(std::move(log_id)),
      reads_ids_(router_.environment().meta_layout().find("id") >= 0) {}

void BatchRouter::route(const tunnel::StoredBatch& stored, rules::ExitBits& bits) {
  const rules::Ruleset& ruleset = router_.ruleset();
  const auto events = stored.events();
  bits.reset(events.size(), ruleset.exits().size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i + kFetchAhead < events.size()) fetch(events[i + kFetchAhead].event);
    const auto& [meta, event] = events[i];
    std::optional<tunnel::IdText> id;
    if (ruleset.reads_id()) id.emplace(log_id_, meta.seq);
    router_.route_one(event, meta_view(meta, id ? id->view() : std::string_view()), bits, i);
    if (const auto exit = subject_of(events[i], ruleset)) bits.clear(i, *exit);
  }
}

std::span<const rules::RoutedEvent> BatchRouter::bind(const tunnel::StoredBatch& stored) {
  const auto events = stored.events();
  events_.clear();
  ids_.clear();
  ids_.reserve(events.size());  // Views into it must not move.
  for (const auto& [meta, event] : events) {
    std::string_view id;
    if (reads_ids_) id = ids_.emplace_back(log_id_, meta.seq).view();
    events_.push_back({event, meta_view(meta, id)});
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
  recent_bytes_ = 0;
}

SharedRouted Routing::route(const tunnel::SharedStored& stored) {
  for (const SharedRouted& recent : recent_)
    if (recent->stored == stored) return recent;

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
  recent_bytes_ += stored->memory_bytes;
  while (recent_.size() > 1 &&
         (recent_.size() > kRoutedBatchesMax || recent_bytes_ > kRoutedBytesMax)) {
    recent_bytes_ -= recent_.back()->stored->memory_bytes;
    recent_.pop_back();
  }
  return routed;
}

}  // namespace tt::pipeline
