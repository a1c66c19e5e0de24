// The data path of one exit, top to bottom: pump, attempt, on_answer, apply.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/delivery.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/text.h"
#include "base/utf8.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

using portals::ExitAnswer;
using portals::Verdict;
using portals::VerdictKind;

namespace {

/// What a part of a job keeps of the whole: its age and history, not its request.
void inherit(DeliveryJob& part, const DeliveryJob& whole) {
  part.held_bytes = whole.held_bytes * part.items.size() / whole.items.size();
  part.generation = whole.generation;
  part.attempts = whole.attempts;
  part.first_attempt_ns = whole.first_attempt_ns;
  part.age_ns = whole.age_ns;
  part.aged_to_ns = whole.aged_to_ns;
  part.is_parked = whole.is_parked;
}

}  // namespace

Delivery::Delivery(DeliveryContext& context, ExitSettings settings, std::size_t exit_index,
                   std::unique_ptr<tunnel::Reader> reader, std::optional<ReplayRun> replay)
    : context_(context),
      settings_(std::move(settings)),
      exit_index_(exit_index),
      encoder_(context.routing.log_id()),
      reader_(std::move(reader)),
      conservation_(context.metrics, context.clock, context.tunnel, *reader_, settings_.name,
                    replay ? std::optional(replay->until) : std::nullopt),
      backoff_(settings_.portal->common().retry.base_ns, settings_.portal->common().retry.cap_ns),
      replay_(std::move(replay)),
      own_breaker_(context.random, in_flight_max()),
      breaker_(replay_ ? replay_->live->breaker_ : own_breaker_),
      lag_(context.metrics, settings_.name),
      retry_count_(counter(context.metrics, "tt_exit_retries_total", {{"exit", settings_.name}})),
      template_errors_(
          counter(context.metrics, "tt_exit_template_errors_total", {{"exit", settings_.name}})),
      parked_gauge_(
          replay_ ? gauge(context.metrics, "tt_replay_parked_events", {{"exit", settings_.name}})
                  : gauge(context.metrics, "tt_exit_parked_events", {{"exit", settings_.name}})),
      behind_gauge_(
          replay_ ? gauge(context.metrics, "tt_replay_behind_events", {{"exit", settings_.name}})
                  : gauge(context.metrics, "tt_exit_behind_events", {{"exit", settings_.name}})),
      down_gauge_(gauge(context.metrics, "tt_exit_down", {{"exit", settings_.name}})),
      seconds_(histogram(context.metrics, "tt_exit_request_seconds", {{"exit", settings_.name}})) {
  go_back(reader_->cursor());
  replace(settings_, exit_index);
}

Delivery::~Delivery() {
  if (!replay_) return;
  conservation_.close();
  behind_gauge_.set(0);
  parked_gauge_.set(0);
}

void Delivery::replace(ExitSettings settings, std::size_t exit_index) {
  const bool is_new = !sender_ || settings.fingerprint != settings_.fingerprint;
  settings_ = std::move(settings);
  exit_index_ = exit_index;
  encoder_.reset();
  // What was gathered but not encoded is judged again by the new ruleset.
  if (!gathered_.items.empty()) go_back(gathered_.items.front().first);
  if (!is_new) return;
  const portals::ExitCommon& common = settings_.portal->common();
  backoff_ = portals::Backoff(common.retry.base_ns, common.retry.cap_ns);
  // A person may have mended what failed: try at once.
  for (DeliveryJob& job : jobs_) {
    job.due_ns = 0;
    // It is encoded anew, and so may be of another alert.
    for (DeliveryItem& item : job.items) item.alert.reset();
  }
  if (sender_) sync_now();
  // Two senders would be two hands on one file, and two sessions at one service.
  if (replay_) {
    sender_ = replay_->live->sender_;
    return;
  }
  breaker_ = portals::Breaker(context_.random, in_flight_max());
  rate_.reset();
  if (common.rate_per_sec) rate_.emplace(*common.rate_per_sec, context_.clock.steady_ns());
  const std::string lane = "send " + settings_.name;
  sender_ = settings_.portal->connect(
      {context_.clock, context_.disk, context_.http, context_.sockets,
       [&pool = context_.pool, lane](std::function<void()> work) {
         pool.run(lane, std::move(work));
       },
       context_.threads + "/" + percent_encode(settings_.name) + ".json"});
}

// What is gathered would be encoded by rules that do not know this exit: whoever takes over the
// cursor has it.
void Delivery::leave() {
  is_hurried_ = is_leaving_ = true;
  if (!gathered_.items.empty()) go_back(gathered_.items.front().first);
}

void Delivery::pause(bool paused) {
  is_paused_ = paused;
  if (!paused) try_now();
}

// Somebody says that the other side is well again: nothing waits for its turn.
void Delivery::try_now() {
  breaker_.probe_now();
  for (DeliveryJob& job : jobs_) job.due_ns = 0;
  pump();
}

void Delivery::pump() {
  if (drained_) return show();
  const SteadyNs now = context_.clock.steady_ns();
  store_waiting_letters(now);
  if (skip_) skip();
  if (is_paused_ || skip_) return show();
  while (true) {
    if (!breaker_.allows(now, in_flight_)) {
      // While a probe or the slow start's window is out, its answer pumps again.
      if (breaker_.next_probe_ns() > now) arm(breaker_.next_probe_ns());
      break;
    }
    if (const SteadyNs due = next_send_ns(now); due > now) {
      arm(due);
      break;
    }
    const auto job = next_job(now);
    if (!job) break;
    pace(now, **job);
    attempt(*job);
    if (is_paused_ || drained_) return show();
  }
  for (const DeliveryJob& job : jobs_)
    if (!job.in_flight && !job.letter && job.due_ns > now) arm(job.due_ns);
  show();
  end_replay();
}

void Delivery::show() {
  conservation_.show();
  // A local exit that waits for its write waits for this machine alone.
  reader_->set_at_work(is_pump_posted_ || (in_flight_ > 0 && sender_->needs_sync()));
  const tunnel::Seq end = replay_ ? replay_->until : context_.tunnel.status().visible;
  behind_gauge_.set(static_cast<std::int64_t>(context_.tunnel.count(reader_->cursor(), end)));
}

void Delivery::arm(SteadyNs due_ns) {
  if (pump_timer_ && pump_due_ns_ <= due_ns) return;
  if (pump_timer_) context_.loop.cancel(pump_timer_);
  pump_due_ns_ = due_ns;
  pump_timer_ = context_.loop.at(due_ns, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->pump_timer_ = 0;
      self->pump();
    }
  });
}

std::string Delivery::job_id(const DeliveryJob& job) const {
  std::string id = tunnel::format_id(context_.routing.log_id(), job.items.front().seq);
  if (job.items.size() > 1) id += "-" + std::to_string(job.items.back().seq);
  return id;
}

void Delivery::attempt(Job job) {
  if (settings_.portal->common().expire_ns &&
      std::any_of(job->items.begin(), job->items.end(),
                  [&](const DeliveryItem& item) { return expired(item); })) {
    if (job->items.size() > 1) return halve(job);
    return bury(job, "expired", "older than `expire` when its turn came", nullptr);
  }
  if (Status encoded = encode(*job); !encoded) {
    if (job->items.size() > 1) return halve(job);
    const std::string& text = encoded.error().text;
    const std::string reason = text.starts_with("template") ? "template" : "encode";
    return bury(job, reason, std::string(beside_reason(text, reason)), nullptr);
  }
  const SteadyNs now = context_.clock.steady_ns();
  if (job->first_attempt_ns == 0) {
    job->first_attempt_ns = context_.clock.wall_ns();
    if (replay_) replay_->sent += job->items.size();
  }
  job->aged_to_ns = now;
  job->in_flight = true;
  ++in_flight_;
  in_flight_bytes_ += job->bytes;
  breaker_.on_start();
  job->sender = sender_;
  portals::AttemptFacts facts{.id = job_id(*job), .now_ns = context_.clock.wall_ns()};
  if (replay_) facts.replay = replay_->epoch;
  // The list keeps the job's place and address until its verdict.
  job->sender->send(job->request, facts, [self = shared_from_this(), job](ExitAnswer answer) {
    self->context_.loop.post([self, job, answer = std::move(answer)]() mutable {
      self->on_answer(job, std::move(answer));
    });
  });
}

void Delivery::on_answer(Job job, ExitAnswer answer) {
  job->in_flight = false;
  --in_flight_;
  in_flight_bytes_ -= job->bytes;
  seconds_.observe_seconds(static_cast<double>(answer.duration_ns) / kNsPerSec);
  const auto verdicts = job->portal->judge(answer, job->items.size(), context_.clock.wall_ns());
  if (verdicts.size() > 1 && verdicts.size() == job->items.size()) {
    apply_each(job, verdicts, answer);
  } else {
    note_attempt(*job, verdicts.front(), answer);
    apply(job, verdicts.front(), answer);
  }
  if (drained_)
    finish_drain();
  else
    pump();
  if (const auto sibling = sibling_.lock()) sibling->pump();
}

void Delivery::apply(Job job, const Verdict& verdict, const ExitAnswer& answer) {
  const SteadyNs now = context_.clock.steady_ns();
  try_past_ = false;
  switch (verdict.kind) {
    case VerdictKind::kDelivered:
      breaker_.on_success();
      problem_.clear();
      tell(true);
      return delivered(job);
    case VerdictKind::kRejected:
      // The exit lives: it is this event that it does not want.
      breaker_.on_success();
      problem_.clear();
      tell(true);
      if (job->items.size() > 1) return halve(job);
      return bury(job, "rejected", verdict.text, &answer);
    case VerdictKind::kMisconfigured:
      // Keeps the event and counts no attempt: a wrong key must not turn into loss.
      breaker_.on_misconfigured(now);
      retry_count_.add();
      problem_ = verdict.text;
      tell(false);
      job->due_ns = breaker_.next_probe_ns();
      keep(*job);
      log::warning(
          "exit misconfigured",
          {{"exit", settings_.name}, {"status", answer.shown_status()}, {"error", verdict.text}});
      return;
    case VerdictKind::kRetry:
      return retry_later(job, verdict, answer);
  }
}

void Delivery::retry_later(Job job, const Verdict& verdict, const ExitAnswer& answer) {
  const SteadyNs now = context_.clock.steady_ns();
  const bool was_open = breaker_.is_open();
  breaker_.on_failure(now);
  retry_count_.add();
  problem_ = verdict.text;
  tell(false);
  ++job->attempts;
  try_past_ = job->attempts >= kParkAfterAttempts;
  std::int64_t pause_ns = backoff_.pause_ns(job->attempts, context_.random);
  if (verdict.retry_after_ns) pause_ns = std::max(pause_ns, *verdict.retry_after_ns);
  job->due_ns = now + pause_ns;
  // Age stands still while the breaker is open: an outage of a weekend is not the event's fault. It
  // is where others were delivered past it, and what waits for it leaves no room for any other.
  if (!was_open)
    job->age_ns += job->due_ns - job->aged_to_ns;
  else if (job->is_parked && is_full())
    job->age_ns += breaker_.next_probe_ns() - job->aged_to_ns;
  keep(*job);
  log::info("delivery failed", {{"exit", settings_.name},
                                {"id", job_id(*job)},
                                {"attempt", job->attempts},
                                {"error", verdict.text},
                                {"retry_ms", pause_ns / kNsPerMs}});
  if (job->age_ns <= settings_.portal->common().retry.max_age_ns) return;
  if (job->items.size() > 1) return halve(job);
  bury(job, "exhausted", verdict.text, &answer);
}

// The breaker is how an exit is known to be down. Each turn is told once.
void Delivery::tell(bool is_up) {
  // The other side is one, whichever of the two has met it.
  if (replay_) {
    replay_->live->problem_ = problem_;
    return replay_->live->tell(is_up);
  }
  const SteadyNs now = context_.clock.steady_ns();
  if (is_up && down_since_ns_) {
    const SteadyNs since_ns = *std::exchange(down_since_ns_, std::nullopt);
    down_gauge_.set(0);
    context_.self.exit_up(settings_.name, (now - since_ns) / kNsPerSec);
  } else if (!is_up && breaker_.is_open() && !down_since_ns_) {
    down_since_ns_ = now;
    down_gauge_.set(1);
    context_.self.exit_down(settings_.name, problem_);
  }
}

// Its events, and those gathered to go after it, leave the large batches they were read in, which
// would stay in memory for them alone.
void Delivery::keep(DeliveryJob& job) {
  gathered_.leave_batches();
  if (job.held_bytes > 0) return;
  const tunnel::SharedStored copy = copy_events(job.items);
  job.batches = std::make_shared<const KeptBatches>(KeptBatches{copy});
  job.held_bytes = copy->memory_bytes;
}

// A refused batch is halved until the guilty event stands alone. Gives the first of the two parts,
// which has `count` events.
Delivery::Job Delivery::part(Job job, std::size_t count) {
  const auto middle = job->items.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<DeliveryItem> front(job->items.begin(), middle), back(middle, job->items.end());
  DeliveryJob facts = std::move(*job);
  const Job place = jobs_.erase(job);
  const Job first = make_job(std::move(front), facts.batches, place);
  inherit(*first, facts);
  inherit(*make_job(std::move(back), facts.batches, place), facts);
  return first;
}

// The answer named each event's fate: each goes its own way from here.
void Delivery::apply_each(Job job, const std::vector<Verdict>& verdicts, const ExitAnswer& answer) {
  const DeliveryJob facts = std::move(*job);
  const Job place = jobs_.erase(job);
  for (std::size_t i = 0; i < facts.items.size(); ++i) {
    const Job single = make_job({facts.items[i]}, facts.batches, place);
    inherit(*single, facts);
    note_attempt(*single, verdicts[i], answer);
    apply(single, verdicts[i], answer);
  }
}

void Delivery::note_attempt(const DeliveryJob& job, const Verdict& verdict,
                            const ExitAnswer& answer) {
  tunnel::Attempt attempt{.generation = job.generation, .number = job.attempts + 1};
  attempt.seqs.reserve(job.items.size());
  for (const DeliveryItem& item : job.items) attempt.seqs.push_back(item.seq);
  note_attempt(std::move(attempt), verdict, answer);
}

void Delivery::note_attempt(tunnel::Attempt attempt, const Verdict& verdict,
                            const ExitAnswer& answer) {
  attempt.exit = settings_.name;
  if (replay_) attempt.replay = replay_->epoch;
  attempt.time_ns = context_.clock.wall_ns();
  attempt.duration_ns = answer.duration_ns;
  attempt.verdict = portals::to_string(verdict.kind);
  attempt.status = answer.shown_status();
  attempt.reference = verdict.reference;
  if (verdict.kind != VerdictKind::kDelivered) {
    // The body of such an answer is for judge() only.
    const std::string_view text = answer.status == portals::ExitAnswer::kNoStatus ? verdict.text
                                  : answer.status                                 ? answer.body
                                                                                  : answer.error;
    attempt.answer = to_utf8(clip_bytes(text, kAnswerExcerptBytesMax));
  }
  context_.attempts.add(std::move(attempt));
}

}  // namespace tt::pipeline
