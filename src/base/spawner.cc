// Threads of the operating system behind the Spawner interface.
// SPDX-License-Identifier: Apache-2.0
#include "base/spawner.h"

#include <pthread.h>

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
  ~SystemThread() override { thread_.join(); }

 private:
  std::thread thread_;
};

class SystemSpawner final : public Spawner {
 public:
  std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) override {
    return std::make_unique<SystemThread>(std::string(name.substr(0, kNameBytesMax)),
                                          std::move(body));
  }
};

}  // namespace

Spawner& system_spawner() {
  static SystemSpawner spawner;
  return spawner;
}

}  // namespace tt
