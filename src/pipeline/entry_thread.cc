// Running, ending and leaving behind the source of an entry.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_thread.h"

#include <algorithm>
#include <chrono>

#include "base/left_behind.h"
#include "base/log.h"

namespace tt::pipeline {
namespace {

constexpr std::int64_t kRestMinNs = kNsPerSec, kRestMaxNs = 60 * kNsPerSec;
// Of kill(), after all the time that end() has given.
constexpr auto kPatience = std::chrono::milliseconds(500);

/// Replies for a source; it is asked to wait by its own append(), never by us.
class SourcePeer final : public net::StreamPeer {
 public:
  explicit SourcePeer(std::weak_ptr<portals::EntrySource> source) : source_(std::move(source)) {}
  bool write(std::string bytes) override {
    if (const auto source = source_.lock()) source->hear(bytes);
    return true;
  }
  void resume() override {}
  void close() override {
    if (const auto source = source_.lock()) source->stop();
  }

 private:
  const std::weak_ptr<portals::EntrySource> source_;
};

}  // namespace

EntryThread::EntryThread(Spawner& spawner, std::string entry, Make make, Open open)
    : spawner_(spawner),
      entry_(std::move(entry)),
      make_(std::move(make)),
      open_(std::move(open)),
      wake_(spawner.condition()) {}

void EntryThread::begin() {
  const std::lock_guard lock(mutex_);
  thread_ = spawner_.spawn("tt-entry", [self = shared_from_this()] { self->run(); });
}

void EntryThread::run() {
  std::int64_t rest_ns = 0;
  Condition::Lock lock(mutex_);
  while (!is_ending_) {
    source_ = make_();
    const auto source = source_;
    const SteadyNs begun_ns = wake_->now_ns();
    note_start(begun_ns);
    lock.unlock();
    const Status ended = run_once(source);
    lock.lock();
    source_.reset();
    if (is_left_ || is_ending_) break;
    const std::string why = ended.ok() ? "it was closed" : ended.error().text;
    log::warning("the source of an entry ended", {{"entry", entry_}, {"error", why}});
    note_end("source", why, wake_->now_ns());
    if (wake_->now_ns() - begun_ns > kGoodRunNs) rest_ns = 0;
    rest_ns = std::clamp(2 * rest_ns, kRestMinNs, kRestMaxNs);
    wake_->wait_for(lock, std::chrono::nanoseconds(rest_ns), [this] { return is_ending_; });
  }
  has_ended_.store(true);
  wake_->notify_all();
}

Status EntryThread::run_once(const std::shared_ptr<portals::EntrySource>& source) {
  auto session = open_(std::make_shared<SourcePeer>(source));
  if (!session) return retry("nothing is taken now");
  Status ended = source->run([&](std::string_view lines) { (void)session->on_bytes(lines); });
  const std::lock_guard lock(mutex_);
  if (is_left_)
    leave_behind(std::move(session));
  else
    session->on_close();
  return ended;
}

void EntryThread::end() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  wake_->notify_all();
  if (source_) source_->stop();
}

void EntryThread::kill() {
  end();
  Condition::Lock lock(mutex_);
  std::unique_ptr<Thread> thread = std::move(thread_);
  const bool is_left = is_left_ =
      !wake_->wait_for(lock, kPatience, [this] { return has_ended_.load(); });
  lock.unlock();
  if (!is_left || !thread) return;  // Joined here.
  log::error("the source of an entry does not end; its thread is left behind", {{"entry", entry_}});
  thread->detach();
}

}  // namespace tt::pipeline
