// The last step of delivery: what is decided becomes durable, in cursors and dead letters.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/planted.h"
#include "base/utf8.h"
#include "pipeline/delivery.h"
#include "pipeline/limits.h"
#include "tunnel/cursor_store.h"

namespace tt::pipeline {

// What a crash repeats beside what was in flight (docs/promises.md, 4): a line waits for its sync,
// then the cursor for its own.
static_assert(kExitSyncMs + tunnel::CursorStore::kFlushEveryMs <= 200);

void Delivery::delivered(Job job) {
  last_delivered_ns_ = context_.clock.wall_ns();
  // Delivered past a failing head: that one is parked, and so is what waits for it. It stays
  // unsettled below later settled ones, which is durable by itself: a restart finds it through the
  // cursor.
  for (Job before = jobs_.begin(); before != job; ++before)
    if (before->is_held || (!before->in_flight && before->attempts >= kParkAfterAttempts))
      before->is_parked = true;
  settle(job->items, &Decided::delivered, job->sender);
  jobs_.erase(job);
  count_parked();
}

void Delivery::count_parked() {
  parked_gauge_.set(std::count_if(jobs_.begin(), jobs_.end(),
                                  [](const DeliveryJob& job) { return job.is_parked; }));
}

// A local exit's events count when written; the cursor may pass them when they are synced.
void Delivery::settle(const std::vector<DeliveryItem>& items, std::uint64_t Decided::*outcome,
                      const std::shared_ptr<portals::ExitSender>& sender) {
  const bool waits = sender && sender->needs_sync();
  for (const DecidedRange& range : ranges_of(items, outcome)) {
    if (!waits) {
      settle(range);
      continue;
    }
    conservation_.written(range.events);
    unsynced_.push_back({range, sender});
  }
  if (!unsynced_.empty()) sync_soon();
}

void Delivery::settle(const DecidedRange& range) {
  reader_->settle(range.first, range.last);
  conservation_.decided(range.events);
}

void Delivery::sync_soon() {
  if (syncs_ > 0 || sync_timer_) return;
  const SteadyNs due = at_tick(context_.clock.steady_ns(), kExitSyncMs * kNsPerMs);
  sync_timer_ = context_.loop.at(drained_ ? 0 : due, [self = shared_from_this()] {
    self->sync_timer_ = 0;
    self->sync_now();
  });
}

void Delivery::sync_now() {
  if (sync_timer_) context_.loop.cancel(std::exchange(sync_timer_, 0));
  if (unsynced_.empty()) return;
  ++syncs_;
  // The sender that wrote them syncs them: after a reload there may be another one.
  const auto sender = unsynced_.front().sender;
  const auto others = std::stable_partition(unsynced_.begin(), unsynced_.end(),
                                            [&](const Unsynced& u) { return u.sender == sender; });
  std::vector<Unsynced> ranges(unsynced_.begin(), others);
  unsynced_.erase(unsynced_.begin(), others);
  sender->sync([self = shared_from_this(), ranges = std::move(ranges)](Status synced) mutable {
    self->context_.loop.post([self, ranges = std::move(ranges), synced = std::move(synced)] {
      --self->syncs_;
      self->synced(ranges, synced);
    });
  });
}

void Delivery::synced(const std::vector<Unsynced>& ranges, const Status& status) {
  for (const auto& [range, sender] : ranges) {
    if (status.ok()) {
      reader_->settle(range.first, range.last);
      conservation_.synced(range.events);
    } else {
      again_from_ = std::min(again_from_.value_or(range.first), range.first);
      conservation_.lost(range.events);
    }
  }
  if (!status.ok()) {
    // Not settled, and perhaps gone: they are written again.
    read_again_ns_ = context_.clock.steady_ns() + kNsPerSec;
    problem_ = status.error().text;
    log::error("sync of a local exit failed", {{"exit", settings_.name}, {"error", problem_}});
  }
  show();
  if (!unsynced_.empty()) sync_soon();
  if (drained_)
    finish_drain();
  else if (again_from_ || skip_)
    pump();
  else
    end_replay();
}

void Delivery::bury(Job job, std::string reason, std::string error,
                    const portals::ExitAnswer* answer) {
  const tunnel::StoredEvent& stored = *job->items.front().stored;
  // An exhausted job has counted its last attempt already.
  const bool letter_counts_answer = answer && reason == "rejected";
  tunnel::DeadLetter letter{.exit = settings_.name,
                            .seq = stored.meta.seq,
                            .reason = std::move(reason),
                            .status = answer ? answer->shown_status() : 0,
                            .attempts = job->attempts + (letter_counts_answer ? 1 : 0),
                            .first_ns = job->first_attempt_ns,
                            .last_ns = context_.clock.wall_ns(),
                            .error = std::string(clip_bytes(error, kAnswerExcerptBytesMax)),
                            .entry = std::string(stored.meta.entry),
                            .received_ns = stored.meta.received_ns,
                            .event_json = std::string(stored.event.json),
                            .replay = replay_ ? replay_->epoch : 0};
  // Of an older generation the router cannot tell any more.
  if (job->generation == context_.routing.generation()) {
    const std::string id = job_id(*job);
    const tmpl::MetaView meta{id, stored.meta.seq, stored.meta.received_ns, stored.meta.entry};
    if (const auto* rule = context_.routing.router().decide(stored.event, meta, exit_index_))
      letter.rule = rule->label;
  }
  if (job->portal)
    letter.request = clip_bytes(
        job->request.method + " " + job->request.url.masked() + "\n\n" + job->request.body,
        kRequestExcerptBytesMax);
  if (answer) letter.answer = to_utf8(clip_bytes(answer->body, kAnswerExcerptBytesMax));
  log::warning("dead letter", {{"exit", settings_.name},
                               {"id", job_id(*job)},
                               {"reason", letter.reason},
                               {"error", letter.error}});
  job->letter = std::make_shared<const tunnel::DeadLetter>(std::move(letter));
  store_letter(job);
}

// The letter is durable first; only then may the cursor pass its event.
void Delivery::store_letter(Job job) {
  job->is_settling = true;
  if (planted("cursor-before-letter"))
    for (const DecidedRange& range : ranges_of(job->items, &Decided::dead))
      reader_->settle(range.first, range.last);
  context_.pool.run(
      "dead " + settings_.name, [self = shared_from_this(), job, letter = job->letter] {
        auto stored = self->context_.tunnel.dead_letters().append(*letter);
        self->context_.loop.post(
            [self, job, stored = std::move(stored)] { self->letter_stored(job, stored); });
      });
}

void Delivery::letter_stored(Job job, const Result<std::uint64_t>& stored) {
  job->is_settling = false;
  if (stored.ok()) {
    report(*job->letter, *stored);
    settle(job->items, &Decided::dead);
    jobs_.erase(job);
    count_parked();
    letter_problem_.clear();
  } else {
    // No room for the letter: the event stays pending, and the letter is tried again.
    letter_problem_ = stored.error().text;
    job->due_ns = context_.clock.steady_ns() + 5 * kNsPerSec;
  }
  if (drained_)
    finish_drain();
  else
    pump();
}

void Delivery::report(const tunnel::DeadLetter& letter, std::uint64_t number) const {
  if (letter.last_seq > 0)
    context_.self.gap(letter.exit, letter.seq, letter.last_seq + 1, letter.error);
  else
    context_.self.dead_letter(letter.exit, number, letter.reason + ": " + letter.error);
}

// One letter for the only item of the job, which is no event but the place of lost ones.
void Delivery::store_gap(Job job, tunnel::Seq first, std::string why) {
  tunnel::DeadLetter letter = gap_letter(settings_.name, first, job->items.front().seq,
                                         context_.clock.wall_ns(), std::move(why));
  if (replay_) letter.replay = replay_->epoch;
  job->letter = std::make_shared<const tunnel::DeadLetter>(std::move(letter));
  store_letter(job);
}

// Those for which there was no room when they were written: whatever else the exit may do.
void Delivery::store_waiting_letters(SteadyNs now) {
  for (Job job = jobs_.begin(); job != jobs_.end(); ++job) {
    if (!job->letter || job->is_settling) continue;
    if (job->due_ns > now)
      arm(job->due_ns);
    else
      store_letter(job);
  }
}

void Delivery::drain(std::function<void()> done) {
  is_hurried_ = true;
  drained_ = std::move(done);
  sync_now();
  finish_drain();
}

// What was gathered while the last request was out goes too, if it is its turn.
void Delivery::finish_drain() {
  const SteadyNs now = context_.clock.steady_ns();
  while (is_quiet() && !is_abandoned_ && !is_paused_ && breaker_.allows(now, in_flight_) &&
         next_send_ns(now) <= now) {
    const auto job = next_job(now);
    if (!job) break;
    pace(now, **job);
    attempt(*job);
  }
  if (!is_quiet()) return;
  is_abandoned_ = true;
  if (const auto done = std::exchange(drained_, [] {}); done) done();
}

ExitStatus Delivery::status() const {
  const Balance balance = conservation_.balance();
  ExitStatus s{.name = settings_.name,
               .type = std::string(settings_.type->name),
               .target = settings_.portal->target(),
               .cursor = reader_->cursor(),
               .position = decided_,
               .since_ns = balance.since_ns,
               .accepted = balance.accepted,
               .delivered = balance.delivered,
               .filtered = balance.filtered,
               .suppressed = balance.suppressed,
               .dead = balance.dead,
               .pending = balance.pending,
               .retries = retry_count_.value(),
               .in_flight = in_flight_,
               .parked = static_cast<std::uint64_t>(parked_gauge_.value()),
               .last_delivered_ns = last_delivered_ns_};
  const tunnel::Seq visible = context_.tunnel.status().visible;
  s.behind = context_.tunnel.count(s.cursor, visible);
  s.held_bytes = held_bytes();
  s.lag_bytes = lag_.lag().bytes;
  s.lag_age_ns = lag_.lag().age_ns;
  s.lag_percent = lag_.percent();
  s.holds_intake = holds_intake();
  s.state = is_paused_                           ? "paused"
            : breaker_.is_open()                 ? "waiting"
            : is_reading_ || !reader_->at_edge() ? "catching up"
                                                 : "running";
  s.problem = problem_.empty() ? letter_problem_ : problem_;
  SteadyNs next = 0;
  for (const DeliveryJob& job : jobs_)
    if (!job.in_flight && job.first_attempt_ns > 0 && (next == 0 || job.due_ns < next))
      next = job.due_ns;
  if (next && breaker_.is_open()) next = std::max(next, breaker_.next_probe_ns());
  if (next) s.next_attempt_ns = context_.clock.wall_ns() + next - context_.clock.steady_ns();
  return s;
}

void Delivery::send_once(const tunnel::StoredEvent& event, std::string id, std::uint32_t number,
                         std::function<void(SendTest)> done) {
  const tunnel::StoredEvent* const only = &event;
  auto encoded = encode({&only, 1});
  if (!encoded.ok()) {
    return done(
        {.verdict = {.kind = portals::VerdictKind::kRejected, .text = encoded.error().text}});
  }
  const auto request = std::make_shared<const portals::ExitRequest>(*std::move(encoded));
  SendTest result;
  result.request = request->method + " " + request->url.masked() + "\n\n" + request->body;
  tunnel::Attempt attempt{
      .seqs = {event.meta.seq}, .generation = context_.routing.generation(), .number = number};
  sender_->send(
      *request, {.id = std::move(id), .now_ns = context_.clock.wall_ns()},
      [self = shared_from_this(), request, result = std::move(result), attempt = std::move(attempt),
       done = std::move(done)](portals::ExitAnswer answer) mutable {
        self->context_.loop.post([self, result = std::move(result), attempt = std::move(attempt),
                                  done = std::move(done), answer = std::move(answer)]() mutable {
          result.verdict =
              self->settings_.portal->judge(answer, 1, self->context_.clock.wall_ns()).front();
          if (attempt.number > 0) self->note_attempt(std::move(attempt), result.verdict, answer);
          result.status = answer.shown_status();
          result.answer = answer.status ? to_utf8(clip_bytes(answer.body, kAnswerExcerptBytesMax))
                                        : answer.error;
          const bool is_delivered = result.verdict.kind == portals::VerdictKind::kDelivered;
          // The newest word of the other side, which the breaker would know otherwise.
          if (is_delivered && !self->breaker_.is_open()) self->problem_.clear();
          if (is_delivered && !self->is_paused_) self->try_now();
          if (!is_delivered || !self->sender_->needs_sync()) return done(std::move(result));
          // Of a local exit only what is synced has been delivered.
          self->sender_->sync([result = std::move(result),
                               done = std::move(done)](Status synced) mutable {
            if (!synced)
              result.verdict = {.kind = portals::VerdictKind::kRetry, .text = synced.error().text};
            done(std::move(result));
          });
        });
      });
}

}  // namespace tt::pipeline
