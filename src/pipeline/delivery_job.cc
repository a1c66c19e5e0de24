// Ranges of events that are decided, and the letter of those that are lost.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/delivery_job.h"

#include <utility>

#include "base/log.h"
#include "pipeline/limits.h"
#include "tunnel/group_batch.h"

namespace tt::pipeline {

tunnel::SharedStored copy_events(std::span<DeliveryItem> items) {
  const auto copy = std::make_shared<tunnel::ReadBatch>();
  event::EventBatch::Sizes sizes{.event_count = items.size()};
  for (const DeliveryItem& item : items) {
    sizes.text_bytes += item.stored->event.json.size();
    sizes.field_count += item.stored->event.fields.size();
  }
  copy->reserve(sizes);
  for (const DeliveryItem& item : items) {
    const auto& [meta, event] = *item.stored;
    copy->texts().append(event);
    copy->add(meta.seq, meta.received_ns, meta.entry, meta.key);
  }
  copy->finish();
  for (std::size_t i = 0; i < items.size(); ++i) items[i].stored = &copy->events()[i];
  return copy;
}

void Gathered::add(const DeliveryItem& item, const tunnel::SharedStored& batch) {
  if (batches.size() == copied_batches || batches.back() != batch) {
    batches.push_back(batch);
    shared_bytes += batch->memory_bytes;
  }
  items.push_back(item);
  bytes += item.stored->event.json.size();
}

// An exit that gets little of a busy stream would hold all of it.
void Gathered::leave_sparse_batches() {
  if (shared_bytes <= kGatheredSharedBytesMax) return;
  if (shared_bytes > kGatheredSharedTimes * (bytes - copied_bytes)) leave_batches();
}

void Gathered::leave_batches() {
  if (batches.size() == copied_batches) return;
  auto copy = copy_events(std::span(items).subspan(copied_items));
  batches.resize(copied_batches);
  batches.push_back(std::move(copy));
  copied_items = items.size();
  copied_batches = batches.size();
  copied_bytes = bytes;
  shared_bytes = 0;
}

std::vector<DecidedRange> ranges_of(const std::vector<DeliveryItem>& items,
                                    std::uint64_t Decided::*outcome) {
  std::vector<DecidedRange> ranges;
  for (const DeliveryItem& item : items) {
    if (ranges.empty() || item.first != ranges.back().last + 1)
      ranges.push_back({.first = item.first});
    DecidedRange& range = ranges.back();
    range.last = item.seq;
    range.events.filtered += item.filtered;
    range.events.*outcome += item.events;
  }
  return ranges;
}

std::string_view beside_reason(std::string_view error, std::string_view reason) {
  constexpr std::string_view kBetween = ": ";
  const bool repeats =
      error.starts_with(reason) && error.substr(reason.size()).starts_with(kBetween);
  return repeats ? error.substr(reason.size() + kBetween.size()) : error;
}

tunnel::DeadLetter gap_letter(std::string exit, tunnel::Seq first, tunnel::Seq last, WallNs now_ns,
                              std::string why) {
  log::error("events of an exit are lost",
             {{"exit", exit}, {"first_seq", first}, {"last_seq", last}, {"error", why}});
  return {.exit = std::move(exit),
          .seq = first,
          .last_seq = last,
          .reason = "gap",
          .first_ns = now_ns,
          .last_ns = now_ns,
          .error = std::move(why)};
}

}  // namespace tt::pipeline
