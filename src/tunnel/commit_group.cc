// One group commit, step by step: frame, write, sync, publish, wake, answer.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/log.h"
#include "base/planted.h"
#include "tunnel/committer.h"
#include "tunnel/gap_record.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {
void Committer::commit_group() {
  auto batch = std::make_shared<GroupBatch>();
  bool wants_disk = false;
  bool has_events = false;
  for (const Pending& p : group_) {
    wants_disk |= p.answer.status.ok() && p.request.level == AckLevel::kDisk;
    has_events |= p.answer.status.ok() && !p.is_decided;
  }
  if (!failed_.ok()) {
    refuse_group(failed_.error());
  } else if (has_events) {
    Status written = has_room() ? write_group(*batch) : retry("the tunnel is full");
    if (!written.ok()) {
      if (written.error().code == Code::kRetry)
        set_full(true);
      else
        fail(written.error());
      refuse_group(failed_.ok() ? written.error() : failed_.error());
      batch->next = 0;
    }
  }
  // `written` holds now. Who asked for `disk` waits for the sync, and so do the exits then.
  if (wants_disk) answer(planted("ack-before-sync") ? AckLevel::kDisk : AckLevel::kWritten);
  if (wants_disk && !sync_wanted().ok()) {
    refuse_group(failed_.error());
    batch->next = 0;
  }
  if (parts_.writer.is_dirty() && dirty_since_ns_ == 0) dirty_since_ns_ = seams_.clock.steady_ns();
  if (batch->next != 0) publish(std::move(batch));
  answer(AckLevel::kDisk);
  group_.clear();
}

Status Committer::sync_wanted() {
  TT_CHECK(failed_);
  Status synced = sync();
  if (!synced.ok()) fail(synced.error());
  return synced;
}

// The last records of this run: what no group has taken along, and the mark.
// Everything before the mark first: it is believed only when it can say that all is durable.
Status Committer::mark_clean_stop() {
  {
    const std::lock_guard lock(mutex_);
    group_gaps_ = gaps_;
  }
  if (!group_gaps_.empty()) {
    TT_CHECK(parts_.writer.prepare(group_gaps_.size() * record_bytes(kGapBodyBytes)));
    frame(group_gaps_);
    TT_CHECK(parts_.writer.write());
  }
  TT_CHECK(sync());
  TT_CHECK(parts_.writer.prepare(record_bytes(0)));
  parts_.writer.add(RecordType::kMarker, kMarkerCleanStop);
  TT_CHECK(parts_.writer.write());
  return parts_.writer.sync();
}

void Committer::frame(const Gaps& gaps) {
  for (const auto& [gap, base_seq] : gaps)
    parts_.writer.add(RecordType::kGap, 0, encode_gap(gap, base_seq));
}

Status Committer::write_group(GroupBatch& batch) {
  std::uint64_t bytes = group_gaps_.size() * record_bytes(kGapBodyBytes);
  std::size_t events = 0;
  for (const Pending& p : group_) {
    bytes += p.bytes;
    if (p.bytes > 0) events += p.request.events->size();
  }
  TT_CHECK(parts_.writer.prepare(bytes));
  frame(group_gaps_);
  batch.reserve(events);
  batch.first = parts_.log.visible.load(std::memory_order_relaxed);
  for (Pending& p : group_) {
    if (p.answer.status.ok() && !p.is_decided) frame(p, batch);
  }
  TT_CHECK(parts_.writer.write());
  records_total_.add(events);
  bytes_total_.add(parts_.writer.group_bytes());
  groups_total_.add();
  accepted_.fetch_add(events, std::memory_order_relaxed);
  last_group_ns_ = seams_.clock.steady_ns();
  has_marker_ = false;
  if (parts_.writer.wants_spare()) parts_.pool.want_spare();
  const std::lock_guard lock(mutex_);
  gaps_.erase(gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(group_gaps_.size()));
  return {};
}

// The records of one request: fields are built once, the first event of a request with a key says
// how many belong to it, so that a start after a crash knows whether all of them came through.
void Committer::frame(Pending& pending, GroupBatch& batch) {
  const AppendRequest& request = pending.request;
  const event::EventBatch& events = *request.events;
  std::string key;
  fields_.clear();
  append_field(fields_, Tag::kEntry, request.entry);
  if (pending.has_key) {
    key = key_text(pending.key);
    append_field(fields_, Tag::kKey, key);
  }
  const std::size_t shared_bytes = fields_.size();
  const auto count = static_cast<std::uint32_t>(events.size());
  if (pending.has_key) append_number(fields_, Tag::kRequestCount, count);
  const Seq first = parts_.writer.next_seq();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i == 1) fields_.resize(shared_bytes);
    char length[kFieldsLengthBytes];
    store(length, static_cast<std::uint16_t>(fields_.size()));
    parts_.writer.add_event({length, sizeof length}, fields_, events[i].json);
  }
  pending.answer.first = first;
  pending.answer.count = count;
  if (pending.has_key) {
    parts_.writer.note_key({.entry = request.entry,
                            .key = pending.key,
                            .first = first,
                            .count = count,
                            .received_ns = parts_.writer.group_time_ns()});
  }
  batch.add(request.events, request.entry, std::move(key), first, parts_.writer.group_time_ns());
}

void Committer::publish(std::shared_ptr<GroupBatch> batch) {
  const Seq next = batch->next;
  const std::uint64_t events = batch->events().size();
  parts_.writer.publish();
  parts_.log.edge.push(std::move(batch));
  parts_.log.show(next, events);
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    wake = on_visible_;
  }
  if (wake) wake();
}

// Answers what is due at `level`: every request up to it, once.
void Committer::answer(AckLevel level) {
  for (Pending& p : group_) {
    if (!p.done || (p.answer.status.ok() && p.request.level > level)) continue;
    if (p.has_key && !p.is_decided) finish_key(p);
    if (p.answer.is_repeat) repeats_total_.add();
    std::exchange(p.done, nullptr)(std::move(p.answer));
  }
}

void Committer::finish_key(Pending& p) {
  if (!p.answer.status.ok()) {
    requeue(parts_.idempotency.abandon(p.request.entry, p.key), p.answer);
    return;
  }
  requeue(parts_.idempotency.finish({.entry = p.request.entry,
                                     .key = p.key,
                                     .first = p.answer.first,
                                     .count = p.answer.count,
                                     .received_ns = parts_.writer.group_time_ns()}),
          p.answer);
}

// Who waited for a key takes part in a later group as a repeat: its level may be higher.
void Committer::requeue(std::vector<Idempotency::Waiter> waiters, const Appended& answer) {
  if (waiters.empty()) return;
  std::unique_lock lock(mutex_);
  for (Idempotency::Waiter& waiter : waiters) {
    Pending repeat{.done = std::move(waiter.done), .is_decided = true, .answer = answer};
    repeat.request.level = repeat.answer.level = waiter.level;
    repeat.answer.is_repeat = answer.status.ok();
    if (!is_stopped_) {
      queue_.push_back(std::move(repeat));
      continue;
    }
    lock.unlock();
    repeat.done(std::move(repeat.answer));
    lock.lock();
  }
}

void Committer::refuse_group(const Error& error) {
  for (Pending& p : group_) {
    if (!p.done || !p.answer.status.ok()) continue;
    // A repeat holds whatever happens to this group, unless its durability was still open.
    const bool is_open = !p.is_decided || (p.request.level == AckLevel::kDisk && !failed_.ok());
    if (is_open) p.answer.status = error;
  }
}

}  // namespace tt::tunnel
