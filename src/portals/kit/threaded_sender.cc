// The memory is looked at and written on the exit's lane of blocking work, one call at a time.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/threaded_sender.h"

#include <mutex>
#include <utility>

#include "portals/kit/exit.h"
#include "portals/kit/thread_memory.h"

namespace tt::portals {
namespace {

using Done = std::function<void(ExitAnswer)>;

/// Outlives the sender while work for it is waiting.
class Threads : public std::enable_shared_from_this<Threads> {
 public:
  Threads(std::unique_ptr<ExitSender> inner, ThreadHooks hooks, const ExitSeams& seams)
      : hooks_(std::move(hooks)),
        run_blocking_(seams.run_blocking),
        memory_(seams.disk, seams.clock, seams.memory),
        inner_(std::move(inner)) {}

  void send(const ExitRequest& request, const AttemptFacts& facts, Done done) {
    if (request.thread.key.empty() || facts.replay) return transfer(request, facts, done);
    run_blocking_([self = shared_from_this(), &request, facts, done = std::move(done)] {
      self->send_in_thread(request, facts, done);
    });
  }

  /// On return nothing is sent any more.
  void close() {
    const std::lock_guard lock(mutex_);
    inner_.reset();
  }

 private:
  void send_in_thread(const ExitRequest& request, const AttemptFacts& facts, const Done& done) {
    const ExitThread& thread = request.thread;
    const std::string reference = memory_.find(thread.key);
    const auto learn = [self = shared_from_this(), thread, is_first = reference.empty(),
                        done](ExitAnswer answer) {
      // Before the answer is told: what the next event asks comes behind it on the lane.
      if (const auto posted = self->hooks_.posted(answer))
        self->run_blocking_([self, thread, is_first, reference = *posted] {
          if (reference.empty() || thread.ends)
            self->memory_.forget(thread.key);
          else if (is_first)
            self->memory_.remember(thread.key, reference);
        });
      done(std::move(answer));
    };
    if (reference.empty()) return transfer(request, facts, learn);
    const auto reply = std::make_shared<const ExitRequest>(hooks_.reply(request, reference));
    transfer(*reply, facts, [reply, learn](ExitAnswer answer) { learn(std::move(answer)); });
  }

  void transfer(const ExitRequest& request, const AttemptFacts& facts, const Done& done) {
    {
      // Held, so that close() waits for a send that has begun. The loop's thread may wait here for
      // the lane's, but no longer than handing a request to the client takes: the network is not
      // waited for, and the pipeline's `done` only posts.
      const std::lock_guard lock(mutex_);
      if (inner_) return inner_->send(request, facts, done);
    }
    ExitAnswer answer;
    answer.error = "cancelled";
    done(std::move(answer));
  }

  const ThreadHooks hooks_;
  const std::function<void(std::function<void()>)> run_blocking_;
  ThreadMemory memory_;  // On the lane only.
  std::mutex mutex_;     // Guards the rest.
  std::unique_ptr<ExitSender> inner_;
};

class ThreadedSender final : public ExitSender {
 public:
  explicit ThreadedSender(std::shared_ptr<Threads> threads) : threads_(std::move(threads)) {}
  ~ThreadedSender() override { threads_->close(); }
  void send(const ExitRequest& request, const AttemptFacts& facts, Done done) override {
    threads_->send(request, facts, std::move(done));
  }
  void close() override { threads_->close(); }

 private:
  const std::shared_ptr<Threads> threads_;
};

}  // namespace

std::unique_ptr<ExitSender> make_threaded_sender(std::unique_ptr<ExitSender> inner,
                                                 ThreadHooks hooks, const ExitSeams& seams) {
  return std::make_unique<ThreadedSender>(
      std::make_shared<Threads>(std::move(inner), std::move(hooks), seams));
}

}  // namespace tt::portals
