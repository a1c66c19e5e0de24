// Delivery: cursor -> next matching events -> encode -> send -> judge -> settle, for one exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/conservation.h"
#include "pipeline/daemon.h"
#include "pipeline/delivery_context.h"
#include "pipeline/encoder.h"
#include "pipeline/lag.h"
#include "pipeline/open_alerts.h"
#include "pipeline/replay_run.h"
#include "portals/kit/backoff.h"
#include "portals/kit/breaker.h"
#include "portals/kit/exit.h"
#include "portals/kit/rate_limit.h"

namespace tt::pipeline {

/// One exit's state machine. Every member belongs to the loop's thread.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  /// With `replay` it is the second one of its exit, beside the live one.
  Delivery(DeliveryContext& context, ExitSettings settings, std::size_t exit_index,
           std::unique_ptr<tunnel::Reader> reader, std::optional<ReplayRun> replay = {});
  ~Delivery();

  /// Something may have changed: new events, a timer, an answer.
  void pump();
  /// A new generation: the exit's place in it, and its portal where its options changed.
  void replace(ExitSettings settings, std::size_t exit_index);
  /// It is not in the new generation: what is encoded still goes, and nothing else.
  void leave();
  /// Resuming tries at once what waits for a retry.
  void pause(bool paused);
  /// Once a second: how far behind the exit is, and what follows from it (delivery_lag.cc).
  void watch_lag(std::uint64_t tunnel_bytes_max, bool are_ages_trusted);
  /// At its `max_lag`, with `when_full: block`.
  bool holds_intake() const;
  /// Sends what is gathered and nothing new; `done` runs when all is answered for and synced.
  void drain(std::function<void()> done);
  void abandon() { is_abandoned_ = true; }  ///< The drain's time is over: nothing more is sent.
  void close_sender() { sender_->close(); }
  /// Called once nothing holds this any more and its cursor can be opened; on any thread.
  void on_gone(std::function<void()> gone) { farewell_.say = std::move(gone); }
  ExitStatus status() const;
  void show();  ///< Brings the exit's metrics, and what appends wait for, up to date.
  /// Events from here on are judged by the ruleset in force when their turn comes; those below are
  /// decided or on their way, and a new ruleset does not touch them.
  tunnel::Seq pending_from() const;
  /// Decided although it is beyond pending_from(): before a restart, out of order. Thread safe.
  bool is_decided(tunnel::Seq seq) const { return reader_->is_settled(seq); }
  tunnel::Settled settled() const { return reader_->settled(); }
  EventFate fate(tunnel::Seq seq) const;  ///< Where this event stands (delivery_fate.cc).
  const ExitSettings& settings() const { return settings_; }
  /// The replay of this exit: what one of the two learns of the other side, both act on.
  void accompany(std::weak_ptr<Delivery> replay) { sibling_ = std::move(replay); }
  ReplayCounts replay_counts() const;  ///< Of a replay only.
  /// Encodes and sends one event outside the tunnel (test, dead letters); `done` on any thread.
  /// `number`: of the attempt that is noted; 0: none is.
  void send_once(const tunnel::StoredEvent& event, std::string id, std::uint32_t number,
                 std::function<void(SendTest)> done);

 private:
  using Job = std::list<DeliveryJob>::iterator;

  // next: which request, and what comes from the tunnel (delivery_next.cc).
  std::optional<Job> next_job(SteadyNs now);
  NextJob tried_job(SteadyNs now, OpenAlerts& open);
  bool hold(Job& job, OpenAlerts& open);
  std::size_t in_flight_max() const;
  std::size_t held_bytes() const;  ///< Of requests and of events kept for them.
  bool is_full() const;
  std::optional<Job> fresh_job(SteadyNs now);
  bool is_turn_over() const;
  void pump_soon();
  bool read();  ///< The next batch into current_; false: none now.
  void read_ahead();
  bool read_failed(const Error& error);  ///< Always false: nothing was read.
  void go_back(tunnel::Seq seq);
  bool write_again(SteadyNs now);
  bool is_quiet() const;  ///< Nothing is on its way: requests, reads, syncs, letters.
  Job make_job();         ///< Of what is gathered.
  Job make_job(std::vector<DeliveryItem>, std::shared_ptr<const KeptBatches>, Job place);
  bool expired(const DeliveryItem& item) const;
  Status encode(DeliveryJob& job);  ///< Unless it is already, for the exit as it is.
  Result<portals::ExitRequest> encode(std::span<const tunnel::StoredEvent* const> events);

  // gather: which events of it (delivery_gather.cc).
  bool has_room() const;        ///< In gathered_: for one more event.
  Found gather();               ///< Matching events into gathered_, until it is full.
  Found gather_current();       ///< The same, of current_ alone.
  void pass(std::size_t stop);  ///< The events up to there go nowhere.
  void gather_event(const tunnel::StoredEvent& event);
  void judge_current();  ///< By the ruleset in force now.
  bool is_undecided(const tunnel::StoredEvent& event) const;
  bool wants(const tunnel::StoredEvent& event) const;  ///< Of those that go to this exit.
  bool has_gap_before(tunnel::Seq seq);                ///< In current_.
  void bury_gap();                                     ///< After kGap, with nothing gathered.
  tunnel::Seq end() const;  ///< What is at and above it is none of its business.
  bool is_at_end() const;   ///< Of a replay: its range has been looked at.
  void settle_filtered(tunnel::Seq next);

  // send and judge (delivery.cc).
  SteadyNs next_send_ns(SteadyNs now) const;  ///< When rates let a request go; `now` or later.
  void pace(SteadyNs now, const DeliveryJob& job);
  void attempt(Job job);
  void on_answer(Job job, portals::ExitAnswer answer);
  void apply(Job job, const portals::Verdict& verdict, const portals::ExitAnswer& answer);
  void apply_each(Job, const std::vector<portals::Verdict>&, const portals::ExitAnswer&);
  void retry_later(Job job, const portals::Verdict& verdict, const portals::ExitAnswer& answer);
  void keep(DeliveryJob& job);
  void halve(Job job) { part(job, job->items.size() / 2); }
  Job part(Job job, std::size_t count);
  void tell(bool is_up);
  void note_attempt(const DeliveryJob&, const portals::Verdict&, const portals::ExitAnswer&);
  void note_attempt(tunnel::Attempt, const portals::Verdict&, const portals::ExitAnswer&);
  std::string job_id(const DeliveryJob& job) const;
  // lag (delivery_lag.cc).
  Lag lag_from(tunnel::Seq seq, WallNs received_ns) const;
  void measured(const Lag& lag);
  void skip();
  void give_up_current();
  void end_skip();
  // settle (delivery_settle.cc).
  void delivered(Job job);
  void bury(Job job, std::string reason, std::string error, const portals::ExitAnswer* answer);
  void store_letter(Job job);
  void store_waiting_letters(SteadyNs now);
  void letter_stored(Job job, const Result<std::uint64_t>& stored);
  void report(const tunnel::DeadLetter& letter, std::uint64_t number) const;
  void store_gap(Job job, tunnel::Seq first, std::string why);
  void settle(const std::vector<DeliveryItem>& items, std::uint64_t Decided::*outcome,
              const std::shared_ptr<portals::ExitSender>& sender = nullptr);
  void settle(const DecidedRange& range);
  void count_parked();
  void sync_soon();
  void sync_now();
  void synced(const std::vector<Unsynced>& ranges, const Status& status);
  void arm(SteadyNs due_ns);
  void try_now();
  void end_replay();  ///< If all of its range is decided.
  void finish_drain();

  Farewell farewell_;  // First: destroyed after the reader.
  DeliveryContext& context_;
  ExitSettings settings_;
  std::size_t exit_index_;
  Encoder encoder_;
  std::unique_ptr<tunnel::Reader> reader_;
  Conservation conservation_;
  std::shared_ptr<portals::ExitSender> sender_;
  portals::Backoff backoff_;
  std::optional<ReplayRun> replay_;
  std::weak_ptr<Delivery> sibling_;
  portals::Breaker own_breaker_;
  portals::Breaker& breaker_;  // A replay's is that of the live delivery.
  std::optional<portals::RateLimit> rate_;

  SharedRouted current_;  // Being gathered from.
  std::size_t current_index_ = 0, current_gap_ = 0;
  tunnel::Seq looked_at_ = 0;  // End of the last batch that was gathered from to its end.
  tunnel::Seq decided_ = 0;    // Everything below is filtered, settled or in an item.
  std::uint64_t passed_ = 0;   // Events that go nowhere from decided_ on, as far as looked at.
  tunnel::Seq new_from_ = 0;   // Below may be what was settled before it is read.
  Gathered gathered_;
  std::size_t turn_events_ = 0;  // Taken in this turn.
  bool is_pump_posted_ = false, is_reading_ = false;
  bool is_read_stale_ = false;  // A reload went back while a read was out.

  std::list<DeliveryJob> jobs_;  // In tunnel order.
  std::size_t in_flight_ = 0, in_flight_bytes_ = 0;
  std::vector<Unsynced> unsynced_;
  int syncs_ = 0;                          // On their way.
  std::optional<tunnel::Seq> again_from_;  // A sync failed: what is unsettled comes again.
  Loop::TimerId sync_timer_ = 0, pump_timer_ = 0;
  SteadyNs pump_due_ns_ = 0, read_again_ns_ = 0;  // After a failed read: not before.
  LagWatch lag_;
  std::optional<SkippedEvents> skip_;
  tunnel::Seq lag_head_ = 0;  // lag_head_ns_ is when this event was received.
  WallNs lag_head_ns_ = 0, last_delivered_ns_ = 0;
  bool is_paused_ = false, is_measuring_ = false;
  bool is_hurried_ = false;  // Draining: a batch waits for nothing more.
  bool is_abandoned_ = false, is_leaving_ = false;
  bool try_past_ = false;  // The last attempt failed, of a job that fails often: others go first.
  std::function<void()> drained_;
  std::string problem_, letter_problem_;
  std::optional<SteadyNs> down_since_ns_;  // Told to be down.
  Counter &retry_count_, &template_errors_;
  Gauge &parked_gauge_, &behind_gauge_, &down_gauge_;
  Histogram& seconds_;
};

}  // namespace tt::pipeline
