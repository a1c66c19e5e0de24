// The tunnel in memory: same contract, nothing survives.
// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "tunnel/disk_tunnel.h"
#include "tunnel/format_file.h"
#include "tunnel/idempotency.h"
#include "tunnel/memory_reader.h"
#include "tunnel/memory_stores.h"

namespace tt::tunnel {
namespace {

class MemoryTunnel final : public Tunnel {
 public:
  explicit MemoryTunnel(Seams seams)
      : clock_(seams.clock),
        identity_(LogIdentity::make(seams.random, seams.clock.wall_ns())),
        log_id_(identity_.log_id()),
        wake_(seams.spawner.condition()) {
    thread_ = seams.spawner.spawn("tt-committer", [this] { run(); });
  }
  ~MemoryTunnel() override { (void)close(); }

  void append(AppendRequest request, std::function<void(Appended)> done) override;
  Result<std::unique_ptr<Reader>> open(std::string_view exit, Start start) override;
  std::vector<std::string> orphans() const override;
  Status forget(std::string_view exit) override;
  Status adopt(std::string_view old_exit, std::string_view exit) override;

  std::unique_ptr<Scan> scan(Seq from) override { return std::make_unique<MemoryScan>(log_, from); }
  Seq seek_time(WallNs time_ns) override;
  void on_visible(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    on_visible_ = std::move(wake);
  }
  AckLevel ack_level() const override { return AckLevel::kMemory; }
  std::string_view log_id() const override { return log_id_; }
  TunnelStatus status() const override {
    const std::lock_guard lock(mutex_);
    return {.oldest = log_->edge.first(),
            .visible = log_->visible.load(std::memory_order_acquire),
            .visible_total = accepted_.load(),
            .accepted_total = accepted_.load()};
  }
  std::uint64_t count(Seq from, Seq until) const override { return until - std::min(from, until); }
  std::uint64_t bytes_from(Seq seq) const override { return log_->edge.bytes_from(seq); }
  Status trim(std::int64_t keep_for_ns, std::uint64_t keep_bytes) override;
  DeadLetters& dead_letters() override { return dead_; }
  Attempts& attempts() override { return attempts_; }
  Status close() override {
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
    }
    wake_->notify_one();
    thread_.reset();
    return {};
  }

 private:
  struct Answer {
    std::function<void(Appended)> done;
    Appended appended;
  };
  void run();
  void store(AppendRequest& request, const Hash128* key, Appended& appended);
  Seq settled_below() const;

  Clock& clock_;
  const LogIdentity identity_;
  const std::string log_id_;
  std::shared_ptr<MemoryLog> log_ = std::make_shared<MemoryLog>();
  MemoryDeadLetters dead_;
  MemoryAttempts attempts_;
  Idempotency idempotency_;
  std::atomic<std::uint64_t> accepted_{0};

  mutable std::mutex mutex_;  // Guards the rest.
  const std::unique_ptr<Condition> wake_;
  std::deque<Answer> answers_;
  std::map<std::string, std::shared_ptr<MemoryCursor>, std::less<>> cursors_;
  std::function<void()> on_visible_;
  WallNs last_ns_ = 0;
  bool is_closing_ = false;
  std::unique_ptr<Thread> thread_;
};

// Storing is a push, so it happens at once; only the answer goes through the committer's thread.
void MemoryTunnel::append(AppendRequest request, std::function<void(Appended)> done) {
  Answer answer{std::move(done), {.level = AckLevel::kMemory}};
  std::unique_lock lock(mutex_);
  if (is_closing_) {
    lock.unlock();
    answer.appended.status = stopped("the tunnel is closed");
    answer.done(std::move(answer.appended));
    return;
  }
  if (!request.events || request.events->empty()) {
    answer.appended.status = reject("a request needs events");
  } else if (request.idempotency_key.empty()) {
    store(request, nullptr, answer.appended);
  } else {
    const Hash128 key = digest_key(identity_.key_text(), request.idempotency_key);
    Idempotency::Waiter nobody{};
    const auto found =
        idempotency_.begin(request.entry, key, clock_.wall_ns(), nobody, answer.appended);
    if (found == Idempotency::Found::kNew) store(request, &key, answer.appended);
  }
  answers_.push_back(std::move(answer));
  lock.unlock();
  wake_->notify_one();
}

void MemoryTunnel::store(AppendRequest& request, const Hash128* key, Appended& appended) {
  last_ns_ = std::max(last_ns_, clock_.wall_ns());
  auto batch = std::make_shared<GroupBatch>();
  batch->first = log_->visible.load();
  appended.first = batch->first;
  appended.count = static_cast<std::uint32_t>(request.events->size());
  batch->reserve(request.events->size());
  batch->add(request.events, request.entry, key ? key_text(*key) : std::string(), appended.first,
             last_ns_);
  const Seq next = batch->next;
  log_->edge.push(std::move(batch));
  log_->visible.store(next, std::memory_order_release);
  accepted_ += appended.count;
  if (key) {
    (void)idempotency_.finish({.entry = request.entry,
                               .key = *key,
                               .first = appended.first,
                               .count = appended.count,
                               .received_ns = last_ns_});
  }
}

void MemoryTunnel::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_->wait(lock, [this] { return !answers_.empty() || is_closing_; });
    if (answers_.empty()) return;
    std::deque<Answer> answers = std::exchange(answers_, {});
    const std::function<void()> wake = on_visible_;
    lock.unlock();
    if (wake) wake();
    for (Answer& answer : answers) answer.done(std::move(answer.appended));
    lock.lock();
  }
}

Result<std::unique_ptr<Reader>> MemoryTunnel::open(std::string_view exit, Start start) {
  Seq from = log_->visible.load();
  if (start.kind == Start::Kind::kEarliest) from = log_->edge.first();
  if (start.kind == Start::Kind::kAge) from = seek_time(clock_.wall_ns() - start.age_ns);
  if (start.kind == Start::Kind::kSeq) from = std::clamp(start.seq, log_->edge.first(), from);
  const std::lock_guard lock(mutex_);
  auto& cursor = cursors_[std::string(exit)];
  if (!cursor) cursor = std::make_shared<MemoryCursor>(from);
  {
    const std::lock_guard cursor_lock(cursor->mutex);
    if (std::exchange(cursor->is_open, true)) {
      return reject("exit " + std::string(exit) + " has an open reader already");
    }
  }
  return std::unique_ptr<Reader>(std::make_unique<MemoryReader>(log_, cursor));
}

std::vector<std::string> MemoryTunnel::orphans() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, cursor] : cursors_) {
    const std::lock_guard cursor_lock(cursor->mutex);
    if (!cursor->is_open) names.push_back(name);
  }
  return names;
}

Status MemoryTunnel::forget(std::string_view exit) {
  const std::lock_guard lock(mutex_);
  const auto found = cursors_.find(exit);
  if (found == cursors_.end()) return {};
  {
    const std::lock_guard cursor_lock(found->second->mutex);
    if (found->second->is_open) return reject("exit " + std::string(exit) + " is in use");
  }
  cursors_.erase(found);
  return {};
}

Status MemoryTunnel::adopt(std::string_view old_exit, std::string_view exit) {
  const std::lock_guard lock(mutex_);
  const auto found = cursors_.find(old_exit), taken = cursors_.find(exit);
  const bool is_known = found != cursors_.end();
  if (is_known && taken != cursors_.end())
    return reject("exit " + std::string(exit) + " has a cursor already");
  const auto cursor = is_known ? found->second : taken != cursors_.end() ? taken->second : nullptr;
  if (is_known) {
    cursors_.erase(found);
    cursors_.emplace(exit, cursor);
  }
  bool is_open = false;
  if (cursor) {
    const std::lock_guard cursor_lock(cursor->mutex);
    is_open = cursor->is_open;
  }
  if (is_open) return retry("exit " + std::string(exit) + " is in use");
  dead_.rename(old_exit, std::string(exit));
  return is_known ? Status() : reject("there is no cursor of exit " + std::string(old_exit));
}

Seq MemoryTunnel::seek_time(WallNs time_ns) {
  MemoryFeed feed(log_, 0);
  while (true) {
    const auto batch = feed.next();
    if (!batch) return log_->visible.load();
    for (const StoredEvent& event : batch->events()) {
      if (event.meta.received_ns >= time_ns) return event.meta.seq;
    }
  }
}

Seq MemoryTunnel::settled_below() const {
  Seq low = log_->visible.load();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, cursor] : cursors_) low = std::min(low, cursor->low());
  return low;
}

Status MemoryTunnel::trim(std::int64_t keep_for_ns, std::uint64_t keep_bytes) {
  const Seq low = settled_below();
  const WallNs oldest_ns = clock_.wall_ns() - keep_for_ns;
  while (const SharedStored front = log_->edge.front()) {
    if (front->next > low) break;
    const bool is_old =
        front->events().empty() || front->events().back().meta.received_ns < oldest_ns;
    if (!is_old && log_->edge.bytes() <= keep_bytes) break;
    log_->edge.drop_below(front->next);
  }
  return {};
}

}  // namespace

std::unique_ptr<Tunnel> make_memory_tunnel(Seams seams) {
  return std::make_unique<MemoryTunnel>(seams);
}

}  // namespace tt::tunnel
