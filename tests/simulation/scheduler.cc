// Who runs next, and what waits.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/scheduler.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

#include "base/result.h"

namespace tt::simulation {
namespace {

constexpr SteadyNs kNever = std::numeric_limits<SteadyNs>::max();
// What a turn takes, at most: no chain of turns can keep time from passing.
constexpr std::uint64_t kTurnNsMax = 2'000;
// More turns than this within one virtual second are a busy loop.
constexpr std::uint64_t kTurnsPerSecondMax = 5'000'000;

}  // namespace

struct Scheduler::Task {
  explicit Task(std::string task_name) : name(std::move(task_name)) {}
  Task(std::string task_name, std::function<void()> body)
      : name(std::move(task_name)), fiber(std::move(body)) {}

  const std::string name;
  std::uint64_t number = 0;
  Fiber fiber;
  bool is_ready = true;
  bool has_ended = false;
  const void* waits_for = nullptr;
  const char* why = "";
  SteadyNs due_ns = kNever;
};

class Scheduler::SimulatedThread final : public Thread {
 public:
  SimulatedThread(Scheduler& scheduler, Task& task) : scheduler_(scheduler), task_(task) {}
  ~SimulatedThread() override {
    while (!task_.has_ended) scheduler_.wait_on(&task_, "the end of a thread", kNever);
    std::erase_if(scheduler_.tasks_, [&](const auto& task) { return task.get() == &task_; });
  }

 private:
  Scheduler& scheduler_;
  Task& task_;
};

class Scheduler::SimulatedCondition final : public Condition {
 public:
  explicit SimulatedCondition(Scheduler& scheduler) : scheduler_(scheduler) {}
  void notify_one() override { scheduler_.wake_waiters(this, true); }
  void notify_all() override { scheduler_.wake_waiters(this, false); }
  void wait(Lock& lock) override { (void)wait_until(lock, kNever); }
  bool wait_until(Lock& lock, SteadyNs due_ns) override {
    const std::uint64_t one_in = scheduler_.options_.spurious_one_in;
    const bool is_spurious = one_in && scheduler_.random_.below(one_in) == 0;
    lock.unlock();
    const bool was_woken = scheduler_.wait_on(this, "a condition", is_spurious ? now_ns() : due_ns);
    lock.lock();
    return was_woken || is_spurious;
  }
  SteadyNs now_ns() const override { return scheduler_.clock_.steady_ns(); }

 private:
  Scheduler& scheduler_;
};

Scheduler::Scheduler(ManualClock& clock, Random& random, Options options)
    : clock_(clock), random_(random), options_(std::move(options)) {
  TT_ASSERT(!current_);
  tasks_.push_back(std::make_unique<Task>("world"));
  running_ = tasks_.front().get();
  current_ = this;
}

Scheduler::~Scheduler() {
  current_ = nullptr;
  TT_ASSERT(tasks_.size() == 1);
}

std::unique_ptr<Thread> Scheduler::spawn(std::string_view name, std::function<void()> body) {
  auto task = std::make_unique<Task>(std::string(name), [this, body = std::move(body)]() mutable {
    body();
    body = nullptr;  // What it holds dies with the thread, not with its join.
    running_->has_ended = true;
    running_->is_ready = false;
    wake_waiters(running_, false);
    change_to(choose(), true);
  });
  task->number = ++last_number_;
  Task& made = *task;
  tasks_.push_back(std::move(task));
  return std::make_unique<SimulatedThread>(*this, made);
}

std::unique_ptr<Condition> Scheduler::condition() {
  return std::make_unique<SimulatedCondition>(*this);
}

void Scheduler::sleep_ns(std::int64_t ns) {
  (void)wait_on(nullptr, "time", clock_.steady_ns() + std::max<std::int64_t>(ns, 0));
}

void Scheduler::yield() { change_to(choose()); }

void Scheduler::before_lock() {
  if (options_.interrupt_one_in && random_.below(options_.interrupt_one_in) == 0) yield();
}

void Scheduler::wait_for_mutex(const void* mutex) {
  ++mutex_waits_;
  (void)wait_on(mutex, "a mutex", kNever);
  --mutex_waits_;
}

void Scheduler::on_unlock(const void* mutex) {
  if (mutex_waits_ > 0) wake_waiters(mutex, false);
}

bool Scheduler::wait_on(const void* what, const char* why, SteadyNs due_ns) {
  Task& self = *running_;
  self.is_ready = false;
  self.waits_for = what;
  self.why = why;
  self.due_ns = due_ns;
  change_to(choose());
  const bool was_woken = self.is_ready;
  self.is_ready = true;
  self.waits_for = nullptr;
  self.due_ns = kNever;
  return was_woken;
}

void Scheduler::wake_waiters(const void* what, bool is_one) {
  std::size_t left = 0;
  for (const auto& task : tasks_) left += task->waits_for == what && !task->is_ready;
  std::size_t chosen = is_one ? random_.below(left) : 0;
  for (const auto& task : tasks_) {
    if (task->waits_for != what || task->is_ready) continue;
    if (is_one && chosen-- != 0) continue;
    task->is_ready = true;
    if (is_one) return;
  }
}

Scheduler::Task& Scheduler::choose() {
  clock_.advance_ns(static_cast<std::int64_t>(random_.below(kTurnNsMax)));
  while (true) {
    const SteadyNs now = clock_.steady_ns();
    SteadyNs first_due = kNever;
    ready_.clear();
    for (const auto& task : tasks_) {
      if (task->has_ended) continue;
      if (task->is_ready || task->due_ns <= now)
        ready_.push_back(task.get());
      else
        first_due = std::min(first_due, task->due_ns);
    }
    if (!ready_.empty()) break;
    if (first_due == kNever) hang("every thread waits for another");
    clock_.advance_ns(first_due - now);
    still_ = 0;
  }
  if (++still_ > kTurnsPerSecondMax) hang("threads keep running, and no time passes");
  return *ready_[random_.below(ready_.size())];
}

void Scheduler::change_to(Task& next, bool for_good) {
  ++switches_;
  hash_ = (hash_ ^ next.number) * 0x100000001b3;  // FNV-1a's way of mixing.
  hash_ = (hash_ ^ static_cast<std::uint64_t>(clock_.steady_ns())) * 0x100000001b3;
  if (&next == running_) return;
  Task& before = *std::exchange(running_, &next);
  Fiber::change(before.fiber, next.fiber, for_good);
}

void Scheduler::hang(const char* why) {
  std::fprintf(stderr, "the simulation hangs: %s\n", why);
  for (const auto& task : tasks_)
    std::fprintf(stderr, "  %-16s %s%s\n", task->name.c_str(),
                 task->is_ready ? "could run" : "waits for ", task->is_ready ? "" : task->why);
  if (options_.on_hang) options_.on_hang();
  std::abort();
}

}  // namespace tt::simulation
