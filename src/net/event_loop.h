// One thread's event loop: an io_context of its own, a mailbox for other threads, coarse deadlines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/poller.h"

// g++ 12 at -O1 takes Asio's allocator of coroutine frames for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace tt::net {

using Executor = boost::asio::io_context::executor_type;
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;
using Await = boost::asio::use_awaitable_t<Executor>;
constexpr Await kAwait;
using LoopTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Something that another thread hands to a loop.
class Posted {
 public:
  virtual ~Posted() = default;
  /// Called on the loop's thread with the last reference that the loop holds, so that what is
  /// recycled in here can be.
  virtual void on_loop(std::shared_ptr<Posted> self) = 0;
};

/// Thread safe, and outlives its loop: after close() letters are refused. Letters that arrive
/// together wake the loop once.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(boost::asio::io_context& context) : context_(&context) {}
  /// False when the loop has ended; the letter is dropped.
  bool push(std::shared_ptr<Posted> letter);
  bool is_loop_thread() const;
  void close();

 private:
  friend class EventLoop;
  void drain();

  std::mutex mutex_;
  boost::asio::io_context* context_;  ///< Null when closed.
  std::vector<std::shared_ptr<Posted>> letters_;
  std::vector<std::shared_ptr<Posted>> draining_;  ///< Loop thread only; kept for its capacity.
};

/// Something with a deadline; see Deadlines.
class Timed {
 public:
  virtual ~Timed() = default;
  virtual void on_deadline() = 0;  ///< The deadline is cleared before the call.
};

/// Deadlines of all connections of one loop in one dense table, looked through by one coarse timer:
/// setting one costs a store, and nothing ticks while the table is empty. Loop thread only.
class Deadlines {
 public:
  Deadlines(boost::asio::io_context& context, int tick_ms);
  std::uint32_t add(Timed& owner);
  void remove(std::uint32_t slot);
  void set(std::uint32_t slot, int timeout_ms);
  void clear(std::uint32_t slot) { slots_[slot].at_ns = kNever; }

 private:
  static constexpr std::int64_t kNever = INT64_MAX;
  struct Slot {
    std::int64_t at_ns = kNever;
    Timed* owner = nullptr;
  };
  void tick();

  LoopTimer timer_;
  int tick_ms_;
  bool is_ticking_ = false;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

/// Made on any thread; run() makes its caller the loop's thread.
class EventLoop {
 public:
  explicit EventLoop(int tick_ms);
  ~EventLoop();
  /// Runs until release() was called and nothing is left to do.
  void run();
  /// Lets run() return once the last connection is gone. Loop thread only.
  void release() { work_.reset(); }

  boost::asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }
  Deadlines& deadlines() { return deadlines_; }
  Poller& poller() { return poller_; }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  /// Posts a callable to the loop; for rare things, it allocates.
  template <class F>
  void post(F f) {
    struct Call final : Posted {
      explicit Call(F g) : call(std::move(g)) {}
      void on_loop(std::shared_ptr<Posted>) override { call(); }
      F call;
    };
    mailbox_->push(std::make_shared<Call>(std::move(f)));
  }

 private:
  boost::asio::io_context context_{1};
  std::optional<boost::asio::executor_work_guard<Executor>> work_;
  Deadlines deadlines_;
  Poller poller_;
  std::shared_ptr<Mailbox> mailbox_;
};

/// Steady nanoseconds with the kernel's tick as resolution (4 ms or better): cheap enough to take
/// on every request.
std::int64_t coarse_steady_ns();

}  // namespace tt::net
