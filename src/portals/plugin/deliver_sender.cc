// Handing batches to deliver(), one at a time, without waiting for it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/deliver_sender.h"

#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/spawner.h"
#include "net/event_loop.h"
#include "net/socket_client.h"
#include "portals/plugin/deliver_call.h"

namespace tt::portals::plugin {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(100);

ExitAnswer failure(std::string why) {
  ExitAnswer answer;
  answer.error = std::move(why);
  return answer;
}

/// Shared by the sender, the thread and the watch; the last of them ends it.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  using Done = std::function<void(ExitAnswer)>;
  Worker(std::shared_ptr<Instance> instance, std::int64_t timeout_ns, net::EventLoop& loop)
      : instance_(std::move(instance)),
        timeout_ns_(timeout_ns),
        loop_(loop),
        wake_(system_spawner().condition()) {}

  void send(std::string body, Done done) {
    std::string why;
    {
      const std::lock_guard lock(mutex_);
      why = is_closed_ ? "cancelled" : hung_text();
      if (!is_closed_ && !is_hung_) {
        jobs_.push_back({std::move(body), std::move(done)});
        if (!thread_)
          thread_ =
              system_spawner().spawn("tt-plugin", [self = shared_from_this()] { self->run(); });
        wake_->notify_all();
        if (!std::exchange(is_watched_, true)) watch();
        return;
      }
    }
    done(failure(std::move(why)));
  }

  void close() {
    std::deque<Job> left;
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = true;
      left = std::exchange(jobs_, {});
      if (running_) left.push_back({{}, std::exchange(running_, nullptr)});
      wake_->notify_all();
    }
    for (Job& job : left) job.done(failure("cancelled"));
  }

  /// Ends the thread; one that is inside the plugin is left to itself.
  void end_thread() {
    Condition::Lock lock(mutex_);
    std::unique_ptr<Thread> thread = std::move(thread_);
    const bool is_inside = is_inside_;
    const bool is_own = thread_id_ == std::this_thread::get_id();
    lock.unlock();
    if (!thread || (!is_inside && !is_own)) return;  // Joined here: it has nothing left to do.
    if (is_inside)
      log::error("a plugin is still delivering; its thread is left behind",
                 {{"portal", instance_->type().name}, {"plugin", instance_->type().path}});
    thread->detach();
  }

 private:
  struct Job {
    std::string body;
    Done done;
  };

  std::string hung_text() const {
    return "deliver() of the plugin has not returned within `timeout`, and nothing else can be "
           "delivered before it does";
  }

  void run() {
    Condition::Lock lock(mutex_);
    thread_id_ = std::this_thread::get_id();
    while (true) {
      wake_->wait(lock, [this] { return is_closed_ || !jobs_.empty(); });
      if (is_closed_) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      running_ = std::move(job.done);
      begun_ns_ = wake_->now_ns();
      is_inside_ = true;
      lock.unlock();
      ExitAnswer answer = call_deliver(*instance_, job.body);
      lock.lock();
      is_inside_ = false;
      answer.duration_ns = wake_->now_ns() - begun_ns_;
      if (std::exchange(is_hung_, false))
        log::warning("a plugin has returned from deliver()", {{"portal", instance_->type().name}});
      Done done = std::exchange(running_, nullptr);
      if (!done) continue;  // Given up meanwhile.
      lock.unlock();
      done(std::move(answer));
      done = nullptr;
      lock.lock();
    }
  }

  // On the loop's thread, which never waits for the plugin.
  void watch() {
    loop_.post([self = shared_from_this()] {
      self->look_later(std::make_shared<net::LoopTimer>(self->loop_.context()));
    });
  }
  void look_later(const std::shared_ptr<net::LoopTimer>& timer) {
    timer->expires_after(kLookEvery);
    timer->async_wait([weak = weak_from_this(), timer](const boost::system::error_code& code) {
      if (const auto self = weak.lock(); self && !code) self->look(timer);
    });
  }
  void look(const std::shared_ptr<net::LoopTimer>& timer) {
    std::deque<Job> late;
    {
      const std::lock_guard lock(mutex_);
      if (is_closed_ || (!is_inside_ && jobs_.empty())) {
        is_watched_ = false;
        return;
      }
      if (is_inside_ && running_ && wake_->now_ns() - begun_ns_ > timeout_ns_) {
        is_hung_ = true;
        late = std::exchange(jobs_, {});
        late.push_front({{}, std::exchange(running_, nullptr)});
        log::error("a plugin has not returned from deliver()",
                   {{"portal", instance_->type().name}, {"plugin", instance_->type().path}});
      }
    }
    for (Job& job : late) job.done(failure(hung_text()));
    look_later(timer);
  }

  const std::shared_ptr<Instance> instance_;
  const std::int64_t timeout_ns_;
  net::EventLoop& loop_;
  std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::unique_ptr<Thread> thread_;
  std::thread::id thread_id_;
  std::deque<Job> jobs_;
  Done running_;  // Of the call that is under way; null once it is answered for.
  SteadyNs begun_ns_ = 0;
  bool is_inside_ = false, is_hung_ = false, is_closed_ = false, is_watched_ = false;
};

class DeliverSender final : public ExitSender {
 public:
  DeliverSender(std::shared_ptr<Instance> instance, const ExitCommon& common,
                const ExitSeams& seams)
      : worker_(std::make_shared<Worker>(std::move(instance), common.timeout_ns,
                                         seams.sockets().loop())) {}
  ~DeliverSender() override {
    worker_->close();
    worker_->end_thread();
  }
  void close() override { worker_->close(); }
  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    worker_->send(request.body, std::move(done));
  }

 private:
  const std::shared_ptr<Worker> worker_;
};

}  // namespace

std::unique_ptr<ExitSender> make_deliver_sender(std::shared_ptr<Instance> instance,
                                                const ExitCommon& common, const ExitSeams& seams) {
  return std::make_unique<DeliverSender>(std::move(instance), common, seams);
}

}  // namespace tt::portals::plugin
