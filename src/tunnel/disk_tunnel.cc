// The tunnel on a disk, composed: lock, format, recovery, cursors, committer, readers.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/disk_tunnel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/planted.h"
#include "tunnel/attempt_store.h"
#include "tunnel/clock_guard.h"
#include "tunnel/committer.h"
#include "tunnel/cursor_store.h"
#include "tunnel/data_lock.h"
#include "tunnel/dead_letter_store.h"
#include "tunnel/disk_reader.h"
#include "tunnel/fatal.h"
#include "tunnel/gap_record.h"
#include "tunnel/identity.h"
#include "tunnel/jumps.h"
#include "tunnel/recovery.h"
#include "tunnel/retention.h"

namespace tt::tunnel {
namespace {

// Larger than all that can be acknowledged as `written` between two syncs, so that after a power
// cut no number comes back that an exit has seen.
constexpr Seq kUncleanJump = 1u << 24;
// Where exits begin whose cursors are lost (both files): some duplicates, bounded.
constexpr std::int64_t kLostCursorAgeNs = 3600 * kNsPerSec;

std::string lost_text(Seq first, Seq next, const std::string& where) {
  if (first >= next) return where + ", no event is missing";
  return where + ", events from " + std::to_string(first) + " up to " + std::to_string(next) +
         " are lost";
}

class DiskTunnel final : public Tunnel {
 public:
  DiskTunnel(DiskTunnelOptions options, Seams seams, DataLock lock, FoundIdentity found)
      : options_(std::move(options)),
        seams_(seams),
        lock_(std::move(lock)),
        identity_(found.identity),
        is_new_(found.is_new),
        log_id_(identity_.log_id()),
        folder_(options_.directory + "/tunnel"),
        quarantine_(seams.disk, seams.clock, options_.directory),
        clock_guard_(seams.metrics),
        pool_(seams.disk, seams.spawner, folder_, options_.segment_bytes),
        dead_(seams.disk, seams.clock, seams.metrics, identity_, options_.directory + "/dead",
              [this](const Error& error) { end_by_fatal(options_, error); }),
        attempts_(seams.disk, seams.clock, identity_, options_.directory + "/attempts") {}
  ~DiskTunnel() override { (void)close(); }

  Status open();

  void append(AppendRequest request, std::function<void(Appended)> done) override {
    committer_->append(std::move(request), std::move(done));
  }
  Result<std::unique_ptr<Reader>> open(std::string_view exit, Start start) override;
  std::vector<std::string> orphans() const override { return cursors_->closed(); }
  Status forget(std::string_view exit) override { return cursors_->remove(exit); }
  Status adopt(std::string_view old_exit, std::string_view exit) override {
    Status adopted = cursors_->rename(old_exit, std::string(exit));
    if (!adopted && cursors_->find(old_exit)) return adopted;
    if (cursors_->is_open(exit)) return retry("exit " + std::string(exit) + " is in use");
    // Without a cursor too: a crash between the two left the letters behind.
    TT_CHECK(dead_.rename(old_exit, std::string(exit)));
    return adopted;
  }

  std::unique_ptr<Scan> scan(Seq from) override {
    return std::make_unique<DiskScan>(*log_, *reads_, from);
  }
  Seq seek_time(WallNs time_ns) override {
    const Seq visible = log_->visible.load(std::memory_order_acquire);
    const auto found = EventReader(*log_).find_time(time_ns, visible);
    return found.ok() ? *found : log_->oldest();  // Unreadable: too early rather than too late.
  }
  void on_visible(std::function<void()> wake) override { committer_->on_visible(std::move(wake)); }

  AckLevel ack_level() const override { return AckLevel::kDisk; }
  std::string_view log_id() const override { return log_id_; }
  TunnelStatus status() const override {
    const LogView::Mark mark = log_->mark();
    return {.oldest = log_->oldest(),
            .visible = mark.visible,
            .visible_total = mark.events,
            .disk_bytes = log_->segments.file_bytes() + pool_.spare_bytes(),
            .segment_count = log_->segments.count(),
            .is_full = committer_->is_full(),
            .accepted_total = committer_->accepted_total(),
            .last_stop = last_stop_,
            .damages = damages_.load(std::memory_order_relaxed)};
  }
  std::uint64_t count(Seq from, Seq until) const override { return jumps_.count(from, until); }
  std::uint64_t bytes_from(Seq seq) const override { return log_->segments.bytes_from(seq); }
  Status trim(std::int64_t keep_for_ns, std::uint64_t keep_bytes) override;

  DeadLetters& dead_letters() override { return dead_; }
  Attempts& attempts() override { return attempts_; }
  Status close() override;

 private:
  Status open_cursors();
  Status open_writer(Recovered recovered);
  Status begin(Seq log_end, Seq cursors_end, Seq next);
  void tell_missing_before_oldest(std::string_view exit, const Cursor& cursor);
  Seq start_seq(const Start& start);
  void note_damage(Segment& segment, const Damage& damage);
  void tell_damage(std::string_view what);
  void update_gauges();

  const DiskTunnelOptions options_;
  Seams seams_;
  const DataLock lock_;  // First in, last out.
  const LogIdentity identity_;
  const bool is_new_;  // No event was ever here.
  const std::string log_id_;
  const std::string folder_;
  Quarantine quarantine_;
  ClockGuard clock_guard_;
  SegmentPool pool_;
  std::unique_ptr<CursorStore> cursors_;
  Jumps jumps_;
  DeadLetterStore dead_;
  AttemptStore attempts_;
  Idempotency idempotency_;
  std::unique_ptr<LogView> log_;
  std::unique_ptr<SharedReads> reads_;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Committer> committer_;
  LastStop last_stop_ = LastStop::kNone;
  Seq visible_at_start_ = 0;
  std::atomic<std::uint64_t> damages_{0};
  std::mutex trim_mutex_;  // One trim at a time.
  std::once_flag closed_;
  Status close_status_;
};

Status DiskTunnel::open() {
  TT_CHECK(pool_.adopt());
  TT_TRY(auto recovered,
         recover_log({seams_.disk, seams_.clock, seams_.metrics, quarantine_}, folder_, identity_));
  TT_CHECK(open_cursors());
  TT_CHECK(dead_.open());
  TT_CHECK(attempts_.open());
  return open_writer(std::move(recovered));
}

Status DiskTunnel::open_cursors() {
  const auto on_fatal = [this](const Error& error) { end_by_fatal(options_, error); };
  const auto open_once = [&] {
    return CursorStore::open(options_.directory, identity_,
                             {seams_.disk, seams_.clock, seams_.spawner}, on_fatal);
  };
  auto opened = open_once();
  // The disk is full, and a cursor file is gone or too short: a spare segment makes room.
  while (!opened.ok() && opened.error().code == Code::kRetry && pool_.give_up_spare()) {
    opened = open_once();
  }
  TT_TRY(cursors_, std::move(opened));
  return {};
}

Status DiskTunnel::open_writer(Recovered recovered) {
  const Seq log_end = recovered.state.end.next_seq;
  const Seq cursors_end = cursors_->seq_max();
  Seq next = std::max(log_end, cursors_end);
  if (!is_new_) last_stop_ = recovered.was_clean ? LastStop::kClean : LastStop::kUnclean;
  if (last_stop_ == LastStop::kUnclean) next += kUncleanJump;
  if (planted("seq-reuse")) next = log_end;
  find_jumps(recovered.segments, cursors_->durable_low(next), jumps_);
  for (const Gap& jump : recovered.last_jumps) jumps_.add(jump.first, jump.next);
  jumps_.add(is_new_ ? log_end : std::max(log_end, cursors_end), next);
  for (const KeyedRequest& request : recovered.keys) idempotency_.remember(request);

  // Until the start is on record no cursor may go beyond what is: the next start would miss it.
  visible_at_start_ = std::max(log_end, cursors_end);
  log_ = std::make_unique<LogView>(options_.edge_bytes, visible_at_start_);
  reads_ = std::make_unique<SharedReads>(*log_, options_.read_bytes_kept);
  for (SharedSegment& segment : recovered.segments) log_->segments.add(std::move(segment));
  log_->on_damage = [this](Segment& segment, const Damage& damage) {
    note_damage(segment, damage);
  };

  // The first segment of all is made of written zeros too; later ones are made in the background.
  if (is_new_) pool_.make_spare();
  writer_ = std::make_unique<LogWriter>(identity_, log_->segments, pool_, seams_.clock,
                                        options_.segment_bytes, std::move(recovered.state));
  TT_CHECK(begin(log_end, cursors_end, next));
  committer_ = std::make_unique<Committer>(
      Committer::Parts{identity_, *log_, *writer_, pool_, idempotency_}, options_, seams_);
  for (const auto& [gap, base_seq] : recovered.gaps) {
    committer_->note_gap(gap, base_seq);
    tell_damage(lost_text(gap.first, gap.next, "segment " + segment_name(base_seq)));
  }
  if (cursors_->was_lost() && !is_new_)
    tell_damage("the cursors of all exits are lost; each goes on with the last hour");
  update_gauges();
  log::info("the tunnel is open", {{"log", log_id_},
                                   {"next_seq", next},
                                   {"segments", log_->segments.count()},
                                   {"stop", to_string(last_stop_)}});
  return {};
}

// The first records of this life, durable before anything else, so that the last clean stop is
// believed once only. A full disk may put them off.
Status DiskTunnel::begin(Seq log_end, Seq cursors_end, Seq next) {
  Status begun;
  if (cursors_end > log_end && !is_new_) {
    // A jump without a start marker is a loss to all who read on: the exits that were behind.
    log::error("the log ends before what exits have seen; at most so many events are lost",
               {{"first_seq", log_end}, {"next_seq", cursors_end}});
    tell_damage(lost_text(log_end, cursors_end, "the end of the log"));
    begun = writer_->prepare(record_bytes(kGapBodyBytes));
    if (begun.ok()) {
      writer_->lose_to(cursors_end);
      writer_->add(RecordType::kGap, 0, encode_gap({log_end, cursors_end}, log_end));
      begun = writer_->write();
    }
  }
  writer_->start_at(next);
  if (begun.ok()) begun = writer_->prepare(0);
  if (begun.ok()) begun = writer_->write();
  if (!begun.ok()) return begun.error().code == Code::kRetry ? Status() : begun;
  TT_CHECK(writer_->sync());
  writer_->publish();
  log_->begin_at(next);
  return {};
}

void DiskTunnel::note_damage(Segment& segment, const Damage& damage) {
  const std::string name = segment_name(segment.header.base_seq);
  counter(seams_.metrics, "tt_tunnel_corrupt_records_total").add();
  log::error("events were lost to damage on disk", {{"segment", name},
                                                    {"position", damage.begin},
                                                    {"bytes", damage.end - damage.begin},
                                                    {"first_seq", damage.first},
                                                    {"next_seq", damage.next}});
  quarantine_.copy(*segment.file, name, damage.begin, damage.end, "rot");
  tell_damage(lost_text(damage.first, damage.next, "segment " + name));
  if (damage.first < damage.next) {
    committer_->note_gap({damage.first, damage.next}, segment.header.base_seq);
  }
}

void DiskTunnel::tell_damage(std::string_view what) {
  damages_.fetch_add(1, std::memory_order_relaxed);
  if (options_.on_damage) options_.on_damage(what);
}

Seq DiskTunnel::start_seq(const Start& start) {
  const Seq visible = log_->visible.load(std::memory_order_acquire);
  // Whoever names an event knows where to begin, whatever has been lost.
  if (start.kind == Start::Kind::kSeq)
    return std::clamp(start.seq, std::min(log_->oldest(), visible), visible);
  // A log with events but without any cursor has lost its cursors: nobody knows which exit is new.
  // The newest event would be a silent loss then, and the oldest a week of duplicates. Exits that
  // come when events have come again are new.
  if (cursors_->was_lost() && !is_new_ && visible == visible_at_start_)
    return seek_time(seams_.clock.wall_ns() - kLostCursorAgeNs);
  switch (start.kind) {
    case Start::Kind::kEarliest:
      return log_->oldest();
    case Start::Kind::kAge:
      return seek_time(seams_.clock.wall_ns() - start.age_ns);
    case Start::Kind::kSeq:
    case Start::Kind::kLatest:
      break;
  }
  return visible;
}

// Retention removes nothing that a cursor has not passed. A cursor below the oldest segment lost
// what was between (its reader gets a gap), unless it is an old one, for want of a newer.
void DiskTunnel::tell_missing_before_oldest(std::string_view exit, const Cursor& cursor) {
  const SharedSegment oldest = log_->segments.find(0);
  if (!oldest || cursors_->was_damaged()) return;
  const Seq first = cursor.low(), next = oldest->header.prev_end_seq;
  if (first == 0 || first >= next) return;
  log::error("segments that an exit has not read are missing",
             {{"exit", exit}, {"first_seq", first}, {"next_seq", next}});
  tell_damage(lost_text(first, next, "segments before " + segment_name(log_->oldest())));
}

Result<std::unique_ptr<Reader>> DiskTunnel::open(std::string_view exit, Start start) {
  SharedCursor cursor = cursors_->find(exit);
  const bool is_known = cursor != nullptr;
  if (!is_known) {
    TT_TRY(cursor, cursors_->create(std::string(exit), start_seq(start)));
  }
  if (!cursors_->take(cursor)) {
    return reject("exit " + std::string(exit) + " has an open reader already");
  }
  if (is_known) tell_missing_before_oldest(exit, *cursor);
  return std::unique_ptr<Reader>(std::make_unique<DiskReader>(*log_, *reads_, *cursors_, cursor));
}

Status DiskTunnel::trim(std::int64_t keep_for_ns, std::uint64_t keep_bytes) {
  const std::lock_guard lock(trim_mutex_);
  const WallNs now = seams_.clock.wall_ns();
  const bool has_age = clock_guard_.trusts(now, seams_.clock.steady_ns());
  reads_->forget_if_idle();  // Nor does it hold a removed segment for long.
  const Status trimmed =
      trim_segments(*log_, pool_,
                    {.settled_below = cursors_->durable_low(log_->visible.load()),
                     .received_before_ns = has_age ? now - keep_for_ns : kNothingIsOld,
                     .keep_bytes = keep_bytes});
  if (const auto kept = log_->segments.all(); !kept.empty())
    reads_->forget_below(kept.front()->header.base_seq);
  attempts_.flush();
  update_gauges();
  return trimmed;
}

void DiskTunnel::update_gauges() {
  const TunnelStatus now = status();
  gauge(seams_.metrics, "tt_tunnel_segments").set(static_cast<std::int64_t>(now.segment_count));
  gauge(seams_.metrics, "tt_tunnel_disk_bytes").set(static_cast<std::int64_t>(now.disk_bytes));
}

Status DiskTunnel::close() {
  std::call_once(closed_, [this] {
    if (committer_) close_status_ = committer_->close();
    if (cursors_) {
      if (Status flushed = cursors_->close(); close_status_.ok()) close_status_ = flushed;
    }
    attempts_.flush();
  });
  return close_status_;
}

}  // namespace

Result<std::unique_ptr<Tunnel>> open_disk_tunnel(DiskTunnelOptions options, Seams seams) {
  TT_CHECK(refuse_newer_format(seams.disk, options.directory));
  TT_CHECK(seams.disk.create_directories(options.directory + "/tunnel"));
  TT_TRY(DataLock lock, DataLock::take(seams.disk, options.directory));
  TT_TRY(const FoundIdentity identity,
         recover_identity(seams.disk, seams.clock, seams.random, options.directory));
  TT_CHECK(seams.disk.sync_directory(options.directory));
  auto tunnel = std::make_unique<DiskTunnel>(std::move(options), seams, std::move(lock), identity);
  TT_CHECK(tunnel->open());
  return std::unique_ptr<Tunnel>(std::move(tunnel));
}

}  // namespace tt::tunnel
