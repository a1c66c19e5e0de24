// Threads of the operating system, and what they wait on, behind the Spawner interface.
// SPDX-License-Identifier: Apache-2.0
#include "base/spawner.h"

#include <pthread.h>

#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"

namespace tt {
namespace {

// The kernel keeps 15 bytes and a zero of a thread's name.
constexpr std::size_t kNameBytesMax = 15;

void run(const std::string& name, const std::function<void()>& body) {
  pthread_setname_np(pthread_self(), name.c_str());
  try {
    body();
    return;
  } catch (const std::exception& error) {
    log::error("a thread ended by an exception", {{"thread", name}, {"error", error.what()}});
  } catch (...) {
    log::error("a thread ended by an exception", {{"thread", name}});
  }
  log::stop();
  std::abort();
}

class SystemThread final : public Thread {
 public:
  SystemThread(std::string name, std::function<void()> body)
      : thread_([name = std::move(name), body = std::move(body)] { run(name, body); }) {}
  ~SystemThread() override {
    if (thread_.joinable()) thread_.join();
  }
  void detach() override { thread_.detach(); }

 private:
  std::thread thread_;
};

class SystemCondition final : public Condition {
 public:
  void notify_one() override { variable_.notify_one(); }
  void notify_all() override { variable_.notify_all(); }
  void wait(Lock& lock) override { variable_.wait(lock); }
  bool wait_until(Lock& lock, SteadyNs due_ns) override {
    // Both count CLOCK_MONOTONIC from its beginning.
    const std::chrono::steady_clock::time_point due{std::chrono::nanoseconds(due_ns)};
    return variable_.wait_until(lock, due) == std::cv_status::no_timeout;
  }
  SteadyNs now_ns() const override { return system_clock().steady_ns(); }

 private:
  std::condition_variable variable_;
};

class SystemSpawner final : public Spawner {
 public:
  std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) override {
    return std::make_unique<SystemThread>(std::string(name.substr(0, kNameBytesMax)),
                                          std::move(body));
  }
  std::unique_ptr<Condition> condition() override { return std::make_unique<SystemCondition>(); }
};

}  // namespace

Spawner& system_spawner() {
  static SystemSpawner& spawner = *new SystemSpawner;  // NOLINT: outlives every thread.
  return spawner;
}

}  // namespace tt
