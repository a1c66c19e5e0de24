// The last step of delivery: what is decided becomes durable, in cursors and dead letters.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/utf8.h"
#include "pipeline/delivery.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

void Delivery::delivered(Job job) {
  delivered_count_.add(job->items.size());
  last_delivered_ns_ = context_.clock.wall_ns();
  // Delivered past a failing head: that one is parked. It stays unsettled below later settled
  // ones, which is durable by itself: a restart finds it through the cursor.
  for (Job before = jobs_.begin(); before != job; ++before)
    if (!before->in_flight && before->attempts >= kParkAfterAttempts) before->is_parked = true;
  settle(job->items);
  jobs_.erase(job);
  count_parked();
}

void Delivery::count_parked() {
  parked_gauge_.set(std::count_if(jobs_.begin(), jobs_.end(),
                                  [](const DeliveryJob& job) { return job.is_parked; }));
}

void Delivery::settle(const std::vector<DeliveryItem>& items) {
  // Consecutive items are one range: most jobs settle with one call.
  for (std::size_t i = 0; i < items.size();) {
    std::size_t end = i + 1;
    while (end < items.size() && items[end].first == items[end - 1].seq + 1) ++end;
    if (sender_->needs_sync())
      unsynced_.emplace_back(items[i].first, items[end - 1].seq);
    else
      reader_->settle(items[i].first, items[end - 1].seq);
    i = end;
  }
  if (!unsynced_.empty()) sync_soon();
}

// A local exit's events count when written; the cursor may pass them when they are synced.
void Delivery::sync_soon() {
  if (syncs_ > 0 || sync_timer_) return;
  const SteadyNs due = context_.clock.steady_ns() + kExitSyncMs * kNsPerMs;
  sync_timer_ = context_.loop.at(drained_ ? 0 : due, [self = shared_from_this()] {
    self->sync_timer_ = 0;
    self->sync_now();
  });
}

void Delivery::sync_now() {
  if (sync_timer_) context_.loop.cancel(std::exchange(sync_timer_, 0));
  if (unsynced_.empty()) return;
  ++syncs_;
  auto ranges = std::exchange(unsynced_, {});
  // The sender that wrote them syncs them, though a reload may have replaced it meanwhile.
  sender_->sync([self = shared_from_this(), sender = sender_,
                 ranges = std::move(ranges)](Status synced) mutable {
    self->context_.loop.post(
        [self, sender, ranges = std::move(ranges), synced = std::move(synced)] {
          --self->syncs_;
          if (synced.ok()) {
            for (const auto& [first, last] : ranges) self->reader_->settle(first, last);
          } else {
            // Not settled, and perhaps gone: they are written again.
            for (const auto& [first, last] : ranges)
              self->again_from_ = std::min(self->again_from_.value_or(first), first);
            self->read_again_ns_ = self->context_.clock.steady_ns() + kNsPerSec;
            self->problem_ = synced.error().text;
            log::error("sync of a local exit failed",
                       {{"exit", self->settings_.name}, {"error", synced.error().text}});
          }
          self->show_behind();
          if (!self->unsynced_.empty()) self->sync_soon();
          if (self->drained_)
            self->finish_drain();
          else if (self->again_from_)
            self->pump();
        });
  });
}

void Delivery::bury(Job job, std::string reason, std::string error,
                    const portals::ExitAnswer* answer) {
  const tunnel::StoredEvent& stored = job->items.front().stored();
  // An exhausted job has counted its last attempt already.
  const bool letter_counts_answer = answer && reason == "rejected";
  tunnel::DeadLetter letter{.exit = settings_.name,
                            .seq = stored.meta.seq,
                            .reason = std::move(reason),
                            .status = answer ? answer->status : 0,
                            .attempts = job->attempts + (letter_counts_answer ? 1 : 0),
                            .first_ns = job->first_attempt_ns,
                            .last_ns = context_.clock.wall_ns(),
                            .error = std::string(clip_bytes(error, kAnswerExcerptBytesMax)),
                            .entry = std::string(stored.meta.entry),
                            .received_ns = stored.meta.received_ns,
                            .event_json = std::string(stored.event.json)};
  if (job->portal)
    letter.request = clip_bytes(
        job->request.method + " " + job->request.url.masked() + "\n\n" + job->request.body,
        kRequestExcerptBytesMax);
  if (answer) letter.answer = to_utf8(clip_bytes(answer->body, kAnswerExcerptBytesMax));
  log::warning("dead letter", {{"exit", settings_.name},
                               {"id", job_id(*job)},
                               {"reason", letter.reason},
                               {"error", letter.error}});
  // The letter is durable first; only then may the cursor pass its event.
  job->is_settling = true;
  context_.pool.run("dead " + settings_.name, [self = shared_from_this(), job,
                                               letter = std::move(letter)]() mutable {
    auto stored_letter = self->context_.tunnel.dead_letters().append(std::move(letter));
    self->context_.loop.post([self, job, stored_letter = std::move(stored_letter)] {
      job->is_settling = false;
      if (stored_letter.ok()) {
        self->dead_count_.add();
        self->settle(job->items);
        self->jobs_.erase(job);
        self->count_parked();
      } else {
        // No room for the letter: the event stays pending and is tried again in a while.
        self->problem_ = stored_letter.error().text;
        job->due_ns = self->context_.clock.steady_ns() + 5 * kNsPerSec;
      }
      if (self->drained_)
        self->finish_drain();
      else
        self->pump();
    });
  });
}

void Delivery::drain(std::function<void()> done) {
  drained_ = std::move(done);
  sync_now();
  finish_drain();
}

void Delivery::finish_drain() {
  const bool is_busy = std::any_of(jobs_.begin(), jobs_.end(), [](const DeliveryJob& job) {
    return job.in_flight || job.is_settling;
  });
  if (is_busy || syncs_ > 0 || is_reading_ || !unsynced_.empty()) return;
  if (const auto done = std::exchange(drained_, [] {}); done) done();
}

ExitStatus Delivery::status() const {
  ExitStatus s{.name = settings_.name,
               .type = std::string(settings_.type->name),
               .target = settings_.portal->target(),
               .cursor = reader_->cursor(),
               .position = decided_,
               .delivered = delivered_count_.value(),
               .filtered = filtered_count_.value(),
               .dead = dead_count_.value(),
               .retries = retry_count_.value(),
               .in_flight = in_flight_,
               .parked = static_cast<std::uint64_t>(parked_gauge_.value()),
               .last_delivered_ns = last_delivered_ns_};
  const tunnel::Seq visible = context_.tunnel.status().visible;
  s.behind = visible - std::min(visible, s.cursor);
  s.state = is_paused_                           ? "paused"
            : breaker_.is_open()                 ? "waiting"
            : is_reading_ || !reader_->at_edge() ? "catching up"
                                                 : "running";
  s.problem = problem_;
  SteadyNs next = 0;
  for (const DeliveryJob& job : jobs_)
    if (!job.in_flight && job.attempts > 0 && (next == 0 || job.due_ns < next)) next = job.due_ns;
  if (next) s.next_attempt_ns = context_.clock.wall_ns() + next - context_.clock.steady_ns();
  return s;
}

void Delivery::send_once(const tunnel::StoredEvent& event, std::string id, std::uint32_t number,
                         std::function<void(SendTest)> done) {
  const tunnel::StoredEvent* const only = &event;
  auto request = encode({&only, 1});
  if (!request.ok()) {
    return done(
        {.verdict = {.kind = portals::VerdictKind::kRejected, .text = request.error().text}});
  }
  SendTest result;
  result.request = request->method + " " + request->url.masked() + "\n\n" + request->body;
  tunnel::Attempt attempt{
      .seqs = {event.meta.seq}, .generation = context_.routing.generation(), .number = number};
  sender_->send(
      *request, {.id = std::move(id), .now_ns = context_.clock.wall_ns()},
      [self = shared_from_this(), result = std::move(result), attempt = std::move(attempt),
       done = std::move(done)](portals::ExitAnswer answer) mutable {
        self->context_.loop.post([self, result = std::move(result), attempt = std::move(attempt),
                                  done = std::move(done), answer = std::move(answer)]() mutable {
          result.verdict =
              self->settings_.portal->judge(answer, 1, self->context_.clock.wall_ns()).front();
          if (attempt.number > 0) self->note_attempt(std::move(attempt), result.verdict, answer);
          result.status = answer.status;
          result.answer = answer.status ? to_utf8(clip_bytes(answer.body, kAnswerExcerptBytesMax))
                                        : answer.error;
          if (result.verdict.kind != portals::VerdictKind::kDelivered ||
              !self->sender_->needs_sync())
            return done(std::move(result));
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
