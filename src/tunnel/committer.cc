// The committer's queue, thread and timers.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/committer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "tunnel/fatal.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

// How often timers look at the clock while something is due; nothing is due when all is idle.
constexpr auto kTick = std::chrono::milliseconds(10);
constexpr int kGroupsInARow = 4;
constexpr auto kReadersWait = std::chrono::milliseconds(1);
constexpr std::uint64_t kBytesAWait = 128u << 10;
constexpr std::uint64_t kFreeBytesMin = 64u << 20;

std::uint64_t free_bytes_min(const DiskTunnelOptions& options) {
  return options.free_bytes_min ? options.free_bytes_min
                                : std::max(kFreeBytesMin, 2 * options.segment_bytes);
}

// Upper bound without a look at each event: every record may need padding and all fields.
std::uint64_t records_bytes_max(const AppendRequest& request) {
  constexpr std::uint64_t kPerEvent = kFrameBytes + kRecordAlign + kFieldsLengthBytes +
                                      3 * kFieldHeadBytes + kKeyBytes + sizeof(std::uint32_t);
  return request.events->text_bytes() + request.events->size() * (kPerEvent + request.entry.size());
}

// A record of more would be written and never believed when read.
bool fits_records(const event::EventBatch& events) {
  constexpr std::size_t kEventBytesMax = kBodyBytesMax - kFieldsLengthBytes - kFieldsBytesMax;
  if (events.text_bytes() <= kEventBytesMax) return true;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].json.size() > kEventBytesMax) return false;
  }
  return true;
}

}  // namespace

Committer::Committer(Parts parts, const DiskTunnelOptions& options, Seams seams)
    : parts_(parts),
      options_(options),
      seams_(seams),
      free_bytes_min_(free_bytes_min(options)),
      wake_(seams.spawner.condition()),
      moment_(seams.spawner.condition()),
      records_total_(counter(seams.metrics, "tt_tunnel_records_total")),
      bytes_total_(counter(seams.metrics, "tt_tunnel_bytes_total")),
      groups_total_(counter(seams.metrics, "tt_tunnel_groups_total")),
      repeats_total_(counter(seams.metrics, "tt_tunnel_idempotent_repeats_total")),
      sync_seconds_(histogram(seams.metrics, "tt_tunnel_sync_seconds")),
      full_gauge_(gauge(seams.metrics, "tt_tunnel_full")) {
  thread_ = seams.spawner.spawn("tt-committer", [this] { run(); });
}

Committer::~Committer() { (void)close(); }

void Committer::append(AppendRequest request, std::function<void(Appended)> done) {
  Pending pending{.request = std::move(request), .done = std::move(done)};
  AppendRequest& r = pending.request;
  pending.answer.level = r.level;
  if (!r.events || r.events->empty() || r.events->text_bytes() > options_.pending_bytes_max ||
      r.entry.size() > kFieldsBytesMax / 2 || !fits_records(*r.events)) {
    pending.is_decided = true;
    pending.answer.status =
        reject("a request needs events, and fewer bytes than the tunnel queues");
  } else {
    pending.bytes = records_bytes_max(r);
  }
  if (!pending.is_decided && !r.idempotency_key.empty()) {
    pending.key = digest_key(parts_.identity.key_text(), r.idempotency_key);
    pending.has_key = true;
    Idempotency::Waiter waiter{r.level, std::move(pending.done)};
    const auto found = parts_.idempotency.begin(r.entry, pending.key, seams_.clock.wall_ns(),
                                                waiter, pending.answer);
    if (found == Idempotency::Found::kInFlight) return;
    pending.done = std::move(waiter.done);
    pending.is_decided = found == Idempotency::Found::kKnown;
  }
  std::unique_lock lock(mutex_);
  if (is_stopped_) {
    lock.unlock();
    pending.answer.status = stopped("the tunnel is closed");
    if (pending.has_key && !pending.is_decided) {
      requeue(parts_.idempotency.abandon(r.entry, pending.key), pending.answer);
    }
    pending.done(std::move(pending.answer));
    return;
  }
  if (!pending.is_decided && queue_bytes_ + pending.bytes > options_.pending_bytes_max &&
      queue_bytes_ > 0) {
    pending.answer.status = retry("the tunnel is behind: too much waits to be written");
  }
  if (!pending.answer.status.ok() || pending.is_decided) {
    r.events.reset();
    pending.bytes = 0;
  }
  queue_bytes_ += pending.bytes;
  const bool was_empty = queue_.empty();
  const bool may_block = pending.request.may_block;
  queue_.push_back(std::move(pending));
  if (may_block && !is_committing_ && may_commit_here()) return commit_here(std::move(lock));
  lock.unlock();
  if (was_empty) wake_->notify_one();
}

// Only what takes no longer than a write to the page cache, and moments for readers: whoever
// appends must not block for longer.
bool Committer::may_commit_here() const {
  return gaps_.empty() && !is_closing_ && parts_.writer.has_room_for(queue_bytes_) &&
         pause_.is_over(seams_.clock.steady_ns()) &&
         std::all_of(queue_.begin(), queue_.end(),
                     [](const Pending& p) { return p.request.level != AckLevel::kDisk; });
}

void Committer::commit_here(Condition::Lock lock) {
  is_committing_ = true;
  int groups = 0;
  do {
    wait_for_readers(lock, take_group());
    lock.unlock();
    const SteadyNs begin = seams_.clock.steady_ns();
    commit_group();
    const SteadyNs end = seams_.clock.steady_ns();
    lock.lock();
    pause_.note_group(begin, end);
    // What others have brought meanwhile, but not for ever.
  } while (++groups < kGroupsInARow && !queue_.empty() && may_commit_here());
  is_committing_ = false;
  // Its thread has syncs and marks to think of, and what is left.
  const bool must_wake = !queue_.empty() || is_closing_ || !is_ticking_;
  lock.unlock();
  if (must_wake) wake_->notify_one();
}

void Committer::on_visible(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  on_visible_ = std::move(wake);
}

void Committer::note_gap(const Gap& gap, Seq base_seq) {
  const std::lock_guard lock(mutex_);
  gaps_.emplace_back(gap, base_seq);  // Goes with the next group, or the stop: nobody waits.
}

Status Committer::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  wake_->notify_one();
  thread_.reset();
  return failed_;
}

void Committer::run() {
  const auto has_work = [this] {
    return !is_committing_ && (!queue_.empty() || is_closing_ || (!is_ticking_ && is_due()));
  };
  std::unique_lock lock(mutex_);
  while (true) {
    is_ticking_ = is_committing_ || is_due();
    if (is_ticking_)
      wake_->wait_for(lock, kTick, has_work);
    else
      wake_->wait(lock, has_work);
    if (is_committing_) continue;
    if (queue_.empty() && is_closing_) break;  // Everything is answered.
    is_committing_ = true;
    const bool is_group = !queue_.empty();
    if (is_group) wait_for_readers(lock, take_group());
    lock.unlock();
    note_beside();
    if (is_group) commit_group();
    keep_up();
    auto beside = next_beside();
    lock.lock();
    is_committing_ = false;
    if (!beside) continue;
    lock.unlock();
    work_beside(*std::move(beside));
    lock.lock();
  }
  is_stopped_ = true;
  lock.unlock();
  note_beside();
  if (failed_.ok()) {
    failed_ = mark_clean_stop();
  }
}

// Nobody commits at the moment.
bool Committer::is_due() const { return parts_.writer.is_dirty() || !has_marker_ || is_full(); }

// Reading from disk costs exits several times what memory does: where they would be pushed there
// they only fall further behind, and everybody waits longer than this. A small group does not wait.
void Committer::wait_for_readers(Condition::Lock& lock, std::uint64_t group_bytes) {
  for (std::uint64_t waits = group_bytes / kBytesAWait;
       waits > 0 && !is_closing_ && parts_.log.edge.outruns_readers(); --waits)
    moment_->wait_for(lock, kReadersWait);
}

std::uint64_t Committer::take_group() {
  std::uint64_t bytes = 0;
  while (!queue_.empty()) {
    Pending& next = queue_.front();
    if (bytes > 0 && bytes + next.bytes > options_.group_bytes_max) break;
    bytes += next.bytes;
    group_.push_back(std::move(next));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  group_gaps_ = gaps_;
  return bytes;
}

// What is due by the clock: the mark of an idle log.
void Committer::keep_up() {
  if (!failed_.ok()) {
    has_marker_ = true;
    return;
  }
  const SteadyNs now = seams_.clock.steady_ns();
  if (is_full()) (void)has_room();
  if (!has_marker_ && now - last_group_ns_ >= 50 * kNsPerMs) {
    has_marker_ = true;
    // After the group is durable, so that the marker can say so: from then on no damage in it can
    // be mistaken for a write that a crash tore.
    Status marked = sync();
    if (marked.ok()) marked = parts_.writer.prepare(record_bytes(0));
    if (marked.ok()) {
      parts_.writer.add(RecordType::kMarker, 0);
      marked = parts_.writer.write();
    }
    if (marked.ok()) marked = sync();
    if (marked.ok())
      parts_.writer.publish();
    else if (marked.error().code != Code::kRetry)
      fail(marked.error());
  }
}

// A sync takes as long as thousands of groups that ask for none: they need not wait for it.
std::optional<Committer::Beside> Committer::next_beside() {
  if (!failed_.ok()) return std::nullopt;
  const SteadyNs now = seams_.clock.steady_ns();
  if (!parts_.writer.is_dirty()) dirty_since_ns_ = 0;
  if (dirty_since_ns_ != 0 && now - dirty_since_ns_ >= kNsPerSec) {
    dirty_since_ns_ = now;  // What is written from here on may miss this sync.
    return Beside{.part = parts_.writer.unsynced(), .is_sync = true};
  }
  // So that the sync of a full segment finds little left.
  if (auto written = parts_.writer.take_written()) return Beside{.part = *std::move(written)};
  return std::nullopt;
}

void Committer::work_beside(Beside work) {
  const auto& [segment, begin, end] = work.part;
  if (!work.is_sync) return segment->file->begin_writeback(begin, end - begin);
  const SteadyNs begin_ns = seams_.clock.steady_ns();
  work.status = LogWriter::sync_file(*segment->file);
  sync_seconds_.observe_seconds(static_cast<double>(seams_.clock.steady_ns() - begin_ns) * 1e-9);
  synced_beside_ = std::move(work);
}

void Committer::note_beside() {
  if (!synced_beside_) return;
  if (synced_beside_->status.ok())
    parts_.writer.note_synced(synced_beside_->part);
  else
    fail(synced_beside_->status.error());
  synced_beside_.reset();
}

Status Committer::sync() {
  if (!parts_.writer.is_dirty()) return {};
  const SteadyNs begin = seams_.clock.steady_ns();
  Status status = parts_.writer.sync();
  sync_seconds_.observe_seconds(static_cast<double>(seams_.clock.steady_ns() - begin) * 1e-9);
  return status;
}

bool Committer::has_room() {
  const SteadyNs now = seams_.clock.steady_ns();
  if (room_checked_ns_ != 0 && now - room_checked_ns_ < 200 * kNsPerMs) return !is_full();
  room_checked_ns_ = now;
  const auto space = seams_.disk.space(options_.directory);
  if (!space.ok()) return !is_full();
  // Twice as much ends the state as begins it, or intake would flap.
  const std::uint64_t wanted = is_full() ? 2 * free_bytes_min_ : free_bytes_min_;
  set_full(space->free_bytes < wanted);
  return !is_full();
}

void Committer::set_full(bool is_full) {
  if (is_full_.exchange(is_full) == is_full) return;
  full_gauge_.set(is_full ? 1 : 0);
  if (is_full)
    log::warning("the tunnel is full: intake is refused until space returns");
  else
    log::info("space has returned: intake goes on");
}

void Committer::fail(const Error& error) {
  if (!failed_.ok()) return;
  failed_ = stopped("the tunnel cannot write: " + error.text);
  log::error("the tunnel cannot write; nothing is accepted until a restart",
             {{"error", error.text}});
  end_by_fatal(options_, error);
}

}  // namespace tt::tunnel
