// Fiber: a stack of its own for one simulated thread; many of them run on one real thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

#if defined(__SANITIZE_ADDRESS__)
#define TT_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TT_ADDRESS_SANITIZER 1
#endif
#endif

namespace tt::simulation {

/// Everything takes many times as long in this build.
#ifdef TT_ADDRESS_SANITIZER
constexpr bool kIsSlowBuild = true;
#else
constexpr bool kIsSlowBuild = false;
#endif

/// A body that runs until it switches away, and goes on there when it is switched to. Made and
/// switched on one real thread. Without a body it is the stack that the caller runs on.
class Fiber {
 public:
  Fiber() = default;
  /// `body` must not return: its last act is a switch to another fiber.
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves `from`, which is running, for `to`; `for_good`: nobody will come back.
  static void change(Fiber& from, Fiber& to, bool for_good = false);

 private:
  static void enter();
  static void arrive(Fiber& at);

  ucontext_t context_{};
  char* stack_ = nullptr;  ///< Null: the real thread's own.
  std::function<void()> body_;
  void* shadow_ = nullptr;  ///< What the address sanitizer keeps of a fiber that is away.
  const void* bottom_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace tt::simulation
