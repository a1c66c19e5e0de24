// Committer: gathers appends into groups, writes and syncs them, answers, wakes the exits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/metrics.h"
#include "tunnel/commit_pause.h"
#include "tunnel/disk_tunnel.h"
#include "tunnel/group_batch.h"
#include "tunnel/idempotency.h"
#include "tunnel/log_view.h"
#include "tunnel/log_writer.h"

namespace tt::tunnel {

/// While one group is being written and synced the next one gathers; no delay is added on purpose
/// but that for readers at work.
/// Groups are committed by one thread at a time: by the committer's own, or, when no
/// sync is asked for, by the one that appends, which saves two hand-overs. Thread safe.
class Committer {
 public:
  struct Parts {
    const LogIdentity& identity;
    LogView& log;
    LogWriter& writer;
    SegmentPool& pool;
    Idempotency& idempotency;
  };
  Committer(Parts parts, const DiskTunnelOptions& options, Seams seams);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void append(AppendRequest request, std::function<void(Appended)> done);
  void on_visible(std::function<void()> wake);
  /// Events [gap.first, gap.next) are lost to damage in the segment `base_seq`: recorded in the log
  /// with the next group.
  void note_gap(const Gap& gap, Seq base_seq);
  /// Answers everything queued, writes and syncs the clean-stop marker, ends the thread.
  Status close();

  bool is_full() const { return is_full_.load(std::memory_order_relaxed); }
  std::uint64_t accepted_total() const { return accepted_.load(std::memory_order_relaxed); }

 private:
  struct Pending {
    AppendRequest request;
    std::function<void(Appended)> done;
    Hash128 key;
    bool has_key = false;
    bool is_decided = false;  // A refusal or a repeat: nothing to store.
    std::uint64_t bytes = 0;  // Upper bound of its records.
    Appended answer;
  };
  void run();
  bool may_commit_here() const;
  void commit_here(Condition::Lock lock);
  bool is_due() const;
  std::uint64_t take_group();  ///< Its bytes.
  void wait_for_readers(Condition::Lock& lock, std::uint64_t group_bytes);
  void commit_group();
  Status write_group(GroupBatch& batch);
  Status mark_clean_stop();
  using Gaps = std::vector<std::pair<Gap, Seq>>;  ///< And the segment that had the events.
  void frame(const Gaps& gaps);
  void frame(Pending& pending, GroupBatch& batch);
  void publish(std::shared_ptr<GroupBatch> batch);
  void answer(AckLevel level);
  void refuse_group(const Error& error);
  void finish_key(Pending& pending);
  void requeue(std::vector<Idempotency::Waiter> waiters, const Appended& answer);
  void keep_up();
  struct Beside;
  std::optional<Beside> next_beside();
  void work_beside(Beside work);
  void note_beside();
  Status sync();
  Status sync_wanted();
  bool has_room();
  void set_full(bool is_full);
  void fail(const Error& error);

  const Parts parts_;
  const DiskTunnelOptions& options_;
  Seams seams_;
  const std::uint64_t free_bytes_min_;

  std::mutex mutex_;  // Guards the next block.
  const std::unique_ptr<Condition> wake_;
  const std::unique_ptr<Condition> moment_;  // For whoever commits: passes, nobody notifies.
  std::deque<Pending> queue_;
  std::size_t queue_bytes_ = 0;
  Gaps gaps_;
  bool is_closing_ = false;
  bool is_stopped_ = false;
  bool is_committing_ = false;  // A thread has what the block below holds, and the writer.
  bool is_ticking_ = false;     // The committer's thread looks at the clock every now and then.
  CommitPause pause_;
  std::function<void()> on_visible_;

  // For the committer's own thread.
  struct Beside {  ///< Work on the active segment beside other threads' groups.
    LogWriter::Written part;
    bool is_sync = false;  ///< Else the disk only begins.
    Status status;
  };
  std::optional<Beside> synced_beside_;  // The writer does not know of it yet.

  // For the thread that commits.
  std::vector<Pending> group_;
  Gaps group_gaps_;  // Those that were noted when the group was taken.
  std::string fields_;
  SteadyNs last_group_ns_ = 0;  // End of the last group.
  SteadyNs dirty_since_ns_ = 0;
  bool has_marker_ = true;  // The idle marker after the last group is written.
  SteadyNs room_checked_ns_ = 0;
  Status failed_;

  std::atomic<bool> is_full_{false};
  std::atomic<std::uint64_t> accepted_{0};
  Counter& records_total_;
  Counter& bytes_total_;
  Counter& groups_total_;
  Counter& repeats_total_;
  Histogram& sync_seconds_;
  Gauge& full_gauge_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace tt::tunnel
