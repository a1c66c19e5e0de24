// The entry of a spooled event is the key of its upload: events that came together go together.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/spool.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>
#include <utility>

#include "tunnel/fsck.h"

namespace tt::tunnel {
namespace {

constexpr char kExit[] = "upload";
constexpr std::uint64_t kSegmentBytes = 1u << 20;
constexpr std::size_t kEdgeBytes = 1u << 20;
constexpr std::size_t kReadBytes = 1u << 20;
constexpr auto kLookAgain = std::chrono::milliseconds(20);

/// Opens the tunnel, waiting while another sender has it.
Result<std::unique_ptr<Tunnel>> open_patiently(const SpoolOptions& options, Seams seams) {
  const auto condition = seams.spawner.condition();
  std::mutex mutex;
  std::unique_lock lock(mutex);
  const SteadyNs give_up = condition->now_ns() + options.patience_ns;
  while (true) {
    auto tunnel = open_disk_tunnel({.directory = options.folder,
                                    .segment_bytes = kSegmentBytes,
                                    .edge_bytes = kEdgeBytes,
                                    .on_fatal = options.on_fatal},
                                   seams);
    if (tunnel.ok() || tunnel.error().code != Code::kStopped || condition->now_ns() >= give_up)
      return tunnel;
    (void)condition->wait_for(lock, kLookAgain);
  }
}

}  // namespace

bool Spool::exists(Disk& disk, const std::string& folder) {
  return disk.exists(folder + "/tunnel");
}

bool Spool::has_waiting(Disk& disk, const std::string& folder) {
  if (!exists(disk, folder)) return false;
  const auto report = check_folder(disk, folder);
  if (!report.ok()) return true;  // open() says what is wrong.
  if (report->cursors.empty()) return report->events() > 0;
  return std::any_of(report->cursors.begin(), report->cursors.end(),
                     [](const CursorReport& cursor) { return cursor.lag > 0; });
}

Result<std::unique_ptr<Spool>> Spool::open(const SpoolOptions& options, Seams seams) {
  TT_TRY(auto tunnel, open_patiently(options, seams));
  TT_TRY(auto reader, tunnel->open(kExit, {Start::Kind::kEarliest}));
  return std::unique_ptr<Spool>(
      new Spool(options, seams.clock, std::move(tunnel), std::move(reader)));
}

bool Spool::has_room(std::uint64_t bytes) const {
  return tunnel_->status().disk_bytes + bytes <= options_.bytes_max;
}

Status Spool::append(event::SharedBatch events, const std::string& key) {
  if (!has_room(events->text_bytes())) return retry("the spool " + options_.folder + " is full");
  std::promise<Appended> promise;
  auto answer = promise.get_future();
  tunnel_->append({std::move(events), key, key, AckLevel::kDisk},
                  [&](Appended appended) { promise.set_value(std::move(appended)); });
  const Status status = answer.get().status;
  if (!status.ok() && status.error().code == Code::kRetry)
    return retry("the disk of the spool " + options_.folder + " has too little room left");
  return status;
}

std::uint64_t Spool::waiting() const {
  return tunnel_->count(std::max(reader_->cursor(), tunnel_->status().oldest),
                        tunnel_->status().visible);
}

std::uint64_t Spool::refused() const {
  std::uint64_t count = 0;
  for (const DeadSummary& box : tunnel_->dead_letters().summary()) count += box.count;
  return count;
}

Result<std::vector<DeadLetter>> Spool::refusals(std::size_t count_max) const {
  return tunnel_->dead_letters().list(kExit, 0, count_max);
}

Result<std::vector<std::string>> Spool::peek(std::size_t count_max) const {
  const auto scan = tunnel_->scan(reader_->cursor());
  std::vector<std::string> events;
  while (events.size() < count_max) {
    TT_TRY(const SharedStored batch, scan->next(kReadBytes));
    if (!batch) break;
    for (const StoredEvent& event : batch->events())
      if (events.size() < count_max) events.emplace_back(event.event.json);
  }
  return events;
}

Result<Spool::Drained> Spool::drain(const UploadCall& upload) {
  Drained drained;
  Batch next;
  reader_->seek(reader_->cursor());
  while (true) {
    TT_TRY(const SharedStored batch, reader_->next(kReadBytes));
    if (!batch) break;
    for (const StoredEvent& event : batch->events()) {
      if (!next.seqs.empty() && event.meta.entry != next.upload.key) {
        TT_TRY(const bool is_there, deliver(next, upload, drained));
        if (!is_there) return drained;
        next = {};
      }
      next.upload.key = event.meta.entry;
      next.upload.events.emplace_back(event.event.json);
      next.seqs.push_back(event.meta.seq);
      next.received_ns = event.meta.received_ns;
    }
  }
  if (!next.seqs.empty()) {
    TT_TRY(const bool is_there, deliver(next, upload, drained));
    if (!is_there) return drained;
  }
  // What was taken makes room, once that it was is durable: a segment goes only then.
  if (drained.taken + drained.refused > 0) TT_CHECK(reader_->rewind(reader_->cursor()));
  TT_CHECK(tunnel_->trim(0, 0));
  return drained;
}

// False when the other side is away.
Result<bool> Spool::deliver(const Batch& batch, const UploadCall& upload, Drained& drained) {
  const UploadAnswer answer = upload(batch.upload);
  if (answer.verdict == UploadAnswer::Verdict::kAway) {
    drained.problem = answer.text;
    return false;
  }
  std::vector<std::size_t> dead = answer.rejected;
  if (answer.verdict == UploadAnswer::Verdict::kRefused) {
    dead.clear();
    for (std::size_t i = 0; i < batch.seqs.size(); ++i) dead.push_back(i);
  }
  for (const std::size_t index : dead)
    if (index < batch.seqs.size()) TT_CHECK(bury(batch, index, answer));
  drained.refused += dead.size();
  drained.taken += batch.seqs.size() - std::min(dead.size(), batch.seqs.size());
  // From the cursor on: numbers that a start has jumped over lie between.
  reader_->settle(std::min(reader_->cursor(), batch.seqs.front()), batch.seqs.back());
  return true;
}

Status Spool::bury(const Batch& batch, std::size_t index, const UploadAnswer& answer) {
  const auto number = tunnel_->dead_letters().append({.exit = kExit,
                                                      .seq = batch.seqs[index],
                                                      .reason = "rejected",
                                                      .status = answer.status,
                                                      .attempts = 1,
                                                      .first_ns = clock_.wall_ns(),
                                                      .last_ns = clock_.wall_ns(),
                                                      .error = answer.text,
                                                      .entry = batch.upload.key,
                                                      .received_ns = batch.received_ns,
                                                      .event_json = batch.upload.events[index]});
  if (!number.ok()) return number.error();
  return {};
}

}  // namespace tt::tunnel
