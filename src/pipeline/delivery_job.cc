// Ranges of events that are decided, and the letter of those that are lost.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/delivery_job.h"

#include <utility>

#include "base/log.h"

namespace tt::pipeline {

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
