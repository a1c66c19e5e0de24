// Spawner: the only place that starts threads, so that tests can run everything on one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace tt {

/// A running thread; the destructor joins it.
class Thread {
 public:
  virtual ~Thread() = default;
};

/// Thread safe.
class Spawner {
 public:
  virtual ~Spawner() = default;
  /// Runs `body` on a thread of its own, named for `top` and debuggers (15 bytes at most). An
  /// exception that leaves `body` is logged and ends the process: state may be broken.
  virtual std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) = 0;
};

Spawner& system_spawner();

}  // namespace tt
