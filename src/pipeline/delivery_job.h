// DeliveryItem and DeliveryJob: events of one exit on their way, and the request that says them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "pipeline/conservation.h"
#include "portals/kit/exit.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// One event on its way to one exit, or the place of events that are lost. Settling it settles
/// [first, seq]: the events before it that no rule routed here go along.
struct DeliveryItem {
  tunnel::Seq first = 0, seq = 0;
  const tunnel::StoredEvent* stored = nullptr;  ///< In one of the job's batches. Null: a gap.
  std::uint64_t filtered = 0;                   ///< Events before it that go along.
  std::uint64_t events = 1;                     ///< Of a gap: all that are lost.
  /// Digest of the `alert_key` that the exit gets; 0: of no alert. Not there: nobody has asked yet.
  std::optional<std::uint64_t> alert = {};
};

/// What keeps the memory of items: the batches in which their events stand.
using KeptBatches = std::vector<tunnel::SharedStored>;

/// Copies the events into a batch of their own, in which the items then stand.
tunnel::SharedStored copy_events(std::span<DeliveryItem> items);

/// The events of the next job, while more may join them.
struct Gathered {
  void add(const DeliveryItem& item, const tunnel::SharedStored& batch);
  /// Lets go of large batches that are kept for few events.
  void leave_sparse_batches();
  /// Of all: it will be long until they are sent.
  void leave_batches();

  std::vector<DeliveryItem> items;
  KeptBatches batches;
  std::size_t bytes = 0;
  std::size_t copied_items = 0, copied_batches = 0, copied_bytes = 0;  ///< The first ones of each.
  std::size_t shared_bytes = 0;  ///< Memory of the other batches.
  SteadyNs since_ns = 0;
};

/// One request: encoded once, tried until it has a verdict that ends it.
struct DeliveryJob {
  std::vector<DeliveryItem> items;
  std::shared_ptr<const KeptBatches> batches;  ///< Shared with the jobs that it is parted into.
  portals::ExitRequest request;
  std::string fingerprint;  ///< Of the exit that encoded it; another encodes anew.
  std::shared_ptr<const portals::ExitPortal> portal;  ///< Judges the answer to its request.
  std::shared_ptr<portals::ExitSender> sender;        ///< Has sent it, and syncs what it wrote.
  std::shared_ptr<const tunnel::DeadLetter> letter;   ///< It is decided; only this is to be stored.
  std::uint64_t generation = 0;
  std::size_t bytes = 0;       ///< Of the encoded request.
  std::size_t held_bytes = 0;  ///< Of its events, once they are copies kept for a retry.
  std::uint32_t attempts = 0;  ///< Failed ones that count.
  WallNs first_attempt_ns = 0;
  std::int64_t age_ns = 0;  ///< Since the first attempt, breaker-open time left out.
  SteadyNs aged_to_ns = 0;  ///< Steady time up to which age_ns is counted.
  SteadyNs due_ns = 0;
  bool in_flight = false;
  bool is_settling = false;  ///< Its dead letter is on its way to the disk.
  bool is_parked = false;    ///< A later event was delivered past it.
  bool is_held = false;      ///< It waits for earlier events of its alerts (order: tunnel).
};

/// Among the jobs of a delivery, which stand in tunnel order.
struct NextJob {
  std::optional<std::list<DeliveryJob>::iterator> job;
  bool is_last = false;  ///< Nothing behind it may go before it.
};

/// With those of a gap.
inline std::uint64_t events_of(const DeliveryJob& job) {
  std::uint64_t events = 0;
  for (const DeliveryItem& item : job.items) events += item.events;
  return events;
}

/// What is decided and settled as one.
struct DecidedRange {
  tunnel::Seq first = 0, last = 0;
  Decided events;
};
/// One range of the items where they are consecutive: most jobs are one. `outcome`: the member of
/// Decided that counts the events themselves.
std::vector<DecidedRange> ranges_of(const std::vector<DeliveryItem>& items,
                                    std::uint64_t Decided::*outcome);
/// The error of a letter without the reason where it begins with that: both stand side by side.
std::string_view beside_reason(std::string_view error, std::string_view reason);
/// The one dead letter for all events of [first, last] that `exit` will not get; said in the log
/// too.
tunnel::DeadLetter gap_letter(std::string exit, tunnel::Seq first, tunnel::Seq last, WallNs now_ns,
                              std::string why);

/// What an exit finds when it gathers.
enum class Found : std::uint8_t {
  kEvent,
  kGap,
  kLater,    ///< More is there; it is other exits' turn.
  kNothing,  ///< More will come.
};

/// Says it when it is destroyed: as the first member of what holds a reader it is destroyed after
/// that. Who hears of it opens the cursor, which the reader must have given back before; a word at
/// the end of the destructor's body would come too early. On whatever thread lets go last.
struct Farewell {
  std::function<void()> say;
  ~Farewell() {
    if (say) say();
  }
};

/// Written through `sender`, which has not synced it yet.
struct Unsynced {
  DecidedRange range;
  std::shared_ptr<portals::ExitSender> sender;
};

/// Events given up because the exit is too far behind, from `first` on; settled when their letter
/// is durable.
struct SkippedEvents {
  bool has_begun = false;
  tunnel::Seq first = 0;
  Decided events;
};

}  // namespace tt::pipeline
