// Delivery: cursor -> next matching events -> encode -> send -> judge -> settle, for one exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "event/event.h"
#include "net/http_client.h"
#include "pipeline/attempt_notes.h"
#include "pipeline/daemon.h"
#include "pipeline/encoder.h"
#include "pipeline/loop.h"
#include "pipeline/routing.h"
#include "pipeline/self_events.h"
#include "portals/kit/backoff.h"
#include "portals/kit/breaker.h"
#include "portals/kit/exit.h"
#include "portals/kit/rate_limit.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// What every delivery works with; outlives them all.
struct DeliveryContext {
  Clock& clock;
  Disk& disk;
  Random& random;
  Metrics& metrics;
  Loop& loop;
  BlockingPool& pool;
  net::HttpClient& http;
  tunnel::Tunnel& tunnel;
  Routing& routing;
  AttemptNotes& attempts;
  SelfEvents& self;
};

/// One event on its way to one exit. Settling it settles [first, seq]: the events before it that no
/// rule routed here go along.
struct DeliveryItem {
  tunnel::Seq first = 0, seq = 0;
  tunnel::SharedStored batch;  ///< Keeps the event's memory.
  std::size_t index = 0;       ///< In the batch.
  const tunnel::StoredEvent& stored() const { return batch->events()[index]; }
};

/// One request: encoded once, tried until it has a verdict that ends it.
struct DeliveryJob {
  std::vector<DeliveryItem> items;
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
};

/// One exit's state machine. Every member belongs to the loop's thread.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(DeliveryContext& context, ExitSettings settings, std::size_t exit_index,
           std::unique_ptr<tunnel::Reader> reader);
  ~Delivery();

  /// Something may have changed: new events, a timer, an answer.
  void pump();
  /// A new generation: the exit's place in it, and its portal where its options changed.
  void replace(ExitSettings settings, std::size_t exit_index);
  /// Resuming tries at once what waits for a retry.
  void pause(bool paused);
  /// Starts nothing new; `done` runs when nothing is in flight and local exits are synced.
  void drain(std::function<void()> done);
  ExitStatus status() const;
  /// Events from here on are judged by the ruleset in force when their turn comes; those below are
  /// decided or on their way, and a new ruleset does not touch them.
  tunnel::Seq pending_from() const;
  /// Decided although it is beyond pending_from(): before a restart, out of order. Thread safe.
  bool is_decided(tunnel::Seq seq) const { return reader_->is_settled(seq); }
  /// Where this event stands (delivery_fate.cc).
  EventFate fate(tunnel::Seq seq) const;
  const ExitSettings& settings() const { return settings_; }
  /// Encodes and sends one event outside the tunnel (test, dead letters); `done` on any thread.
  /// `number`: of the attempt that is noted; 0: none is.
  void send_once(const tunnel::StoredEvent& event, std::string id, std::uint32_t number,
                 std::function<void(SendTest)> done);

 private:
  using Job = std::list<DeliveryJob>::iterator;

  // next: which events, in which order (delivery_next.cc).
  std::optional<Job> next_job(SteadyNs now);
  bool is_full() const;
  std::optional<Job> fresh_job(SteadyNs now);
  bool gather();                         ///< More matching events into gathered_; false: none now.
  bool read();                           ///< The next batch into current_; false: none now.
  bool read_failed(const Error& error);  ///< Always false: nothing was read.
  void settle_filtered(tunnel::Seq next);
  void go_back(tunnel::Seq seq);
  bool write_again(SteadyNs now);
  Job make_job(std::vector<DeliveryItem> items, std::list<DeliveryJob>::iterator place);
  Result<portals::ExitRequest> encode(std::span<const tunnel::StoredEvent* const> events);
  bool expired(const DeliveryItem& item) const;

  // send and judge (delivery.cc).
  void attempt(Job job);
  void on_answer(Job job, portals::ExitAnswer answer);
  void apply(Job job, const portals::Verdict& verdict, const portals::ExitAnswer& answer);
  void apply_each(Job job, const std::vector<portals::Verdict>& verdicts,
                  const portals::ExitAnswer& answer);
  void retry_later(Job job, const portals::Verdict& verdict, const portals::ExitAnswer& answer);
  void keep(DeliveryJob& job);
  void halve(Job job);
  void tell(bool is_up);
  void note_attempt(const DeliveryJob& job, const portals::Verdict& verdict,
                    const portals::ExitAnswer& answer);
  void note_attempt(tunnel::Attempt attempt, const portals::Verdict& verdict,
                    const portals::ExitAnswer& answer);
  std::string job_id(const DeliveryJob& job) const;

  // settle (delivery_settle.cc).
  void delivered(Job job);
  void bury(Job job, std::string reason, std::string error, const portals::ExitAnswer* answer);
  void store_letter(Job job);
  void settle(const std::vector<DeliveryItem>& items,
              const std::shared_ptr<portals::ExitSender>& sender = nullptr);
  void count_parked();
  void sync_soon();
  void sync_now();
  struct Unsynced;
  void synced(const std::vector<Unsynced>& ranges, const Status& status);
  void arm(SteadyNs due_ns);
  void try_now();
  void show_behind();
  void finish_drain();

  DeliveryContext& context_;
  ExitSettings settings_;
  std::size_t exit_index_;
  Encoder encoder_;
  std::unique_ptr<tunnel::Reader> reader_;
  std::shared_ptr<portals::ExitSender> sender_;
  portals::Backoff backoff_;
  portals::Breaker breaker_;
  std::optional<portals::RateLimit> rate_;

  SharedRouted current_;  // Being gathered from.
  std::size_t current_index_ = 0;
  tunnel::Seq looked_at_ = 0;   // End of the last batch that was gathered from to its end.
  tunnel::Seq decided_ = 0;     // Everything below is filtered, settled or in an item.
  tunnel::Seq counted_to_ = 0;  // Filtered events are counted once, however often they are read.
  std::vector<DeliveryItem> gathered_;
  std::size_t gathered_bytes_ = 0;
  SteadyNs gathered_since_ns_ = 0;
  bool is_reading_ = false;
  SteadyNs read_again_ns_ = 0;  // After a failed read: not before.
  bool is_read_stale_ = false;  // A reload went back while a read was out.

  std::list<DeliveryJob> jobs_;  // In tunnel order.
  std::size_t in_flight_ = 0, in_flight_bytes_ = 0;

  /// Written through `sender`, which has not synced it yet.
  struct Unsynced {
    tunnel::Seq first, last;
    std::shared_ptr<portals::ExitSender> sender;
  };
  std::vector<Unsynced> unsynced_;
  int syncs_ = 0;                          // On their way.
  std::optional<tunnel::Seq> again_from_;  // A sync failed: what is unsettled comes again.
  Loop::TimerId sync_timer_ = 0, pump_timer_ = 0;
  SteadyNs pump_due_ns_ = 0;
  bool is_paused_ = false;
  bool try_past_ = false;  // The last attempt failed, of a job that fails often: others go first.
  std::function<void()> drained_;
  std::string problem_;
  std::optional<SteadyNs> down_since_ns_;  // Told to be down.
  WallNs last_delivered_ns_ = 0;
  Counter &delivered_count_, &filtered_count_, &dead_count_, &retry_count_, &template_errors_;
  Gauge &parked_gauge_, &behind_gauge_;
  Histogram& seconds_;
};

}  // namespace tt::pipeline
